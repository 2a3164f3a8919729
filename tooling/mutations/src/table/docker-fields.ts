import { ofSuite } from "./of-suite.ts";

const fields = "packages/docker-translators/src/fields";
const body = "packages/docker-translators/src/container.ts";

/** What a request asks for and the container does not get. */
export const dockerFieldMutations = ofSuite("docker", [
  [
    "the last network dropped",
    `${fields}/networks.ts`,
    ": networks.slice(1));",
    ": networks.slice(1, -1));",
    "networks, three",
  ],
  [
    "the memory limit ignored",
    `${fields}/resources.ts`,
    "    Memory: resources?.Limits?.MemoryBytes,\n",
    "",
    "limit of memory",
  ],
  [
    "the memory reservation ignored",
    `${fields}/resources.ts`,
    "    MemoryReservation: resources?.Reservations?.MemoryBytes,\n",
    "",
    "reservation of memory",
  ],
  [
    "the limit of processes ignored",
    `${fields}/resources.ts`,
    "    PidsLimit: resources?.Limits?.Pids,\n",
    "",
    "limit of processes",
  ],
  [
    "the soft limit of open files only",
    `${fields}/resources.ts`,
    "Hard: limit }",
    "Hard: 65536 }",
    "both limits of open files",
  ],
  [
    "the read-only flag lost",
    body,
    "      ...(request.readOnly !== undefined && { ReadonlyRootfs: request.readOnly }),\n",
    "",
    "readOnly|read-only root",
  ],
  [
    "a mount's read-only flag lost",
    `${fields}/mounts.ts`,
    "{ ...mount, Type",
    "{ ...mount, ReadOnly: false, Type",
    "read-only (bind|volume)",
  ],
  ["mounts dropped", body, "      ...toHostMounts(request, context),\n", "", "mounts: volume$"],
  [
    "the command as Cmd",
    `${fields}/command.ts`,
    "return { ...(Entrypoint && { Entrypoint }), ...(Cmd && { Cmd }) };",
    "return Entrypoint ? { Cmd: [...Entrypoint, ...(Cmd ?? [])] } : { ...(Cmd && { Cmd }) };",
    "command replaces the image's entrypoint",
  ],
  [
    "args dropped",
    `${fields}/command.ts`,
    "return { ...(Entrypoint && { Entrypoint }), ...(Cmd && { Cmd }) };",
    "return { ...(Entrypoint && { Entrypoint }) };",
    "args are passed to the image's entrypoint",
  ],
  ["env dropped", `${fields}/env.ts`, "[...request.env]", "[]", "request field\\W+env$"],
  [
    "the user dropped",
    `${fields}/process.ts`,
    "  ...(user !== undefined && { User: user }),\n",
    "",
    "request field\\W+user",
  ],
  ["labels dropped", body, "    ...toLabels(request),\n", "", "request field\\W+labels"],
  ["the host address ignored", `${fields}/ports.ts`, "HostIp: toHostIp(port)", 'HostIp: ""', "ports at a host address"],
  [
    "a host address opened to all",
    `${fields}/ports.ts`,
    "HostIp: toHostIp(port)",
    'HostIp: ""',
    "answers at that address",
  ],
  ["every port TCP", `${fields}/ports.ts`, "`${port.target}/${port.protocol}`", "`${port.target}/tcp`", "ports of UDP"],
  ["the restart policy ignored", `${fields}/restart.ts`, "RESTART_NAMES[Condition]", '"no"', "restart: any"],
  [
    "the grace period in nanoseconds",
    body,
    "    ...toStopTimeout(request),\n",
    "    StopTimeout: request.stopGracePeriod,\n",
    "stopGracePeriod",
  ],
  [
    "the health check dropped",
    body,
    "    ...toHealthcheck(request, context),\n",
    "",
    "request field\\W+healthcheck, as words",
  ],
  [
    "capabilities kept",
    `${fields}/capabilities.ts`,
    "  ...(capDrop.length > 0 && { CapDrop: [...capDrop] }),\n",
    "",
    "capDrop|no dropped capability",
  ],
  [
    "a volume's driver lost",
    `${fields}/mounts.ts`,
    "copyDefined({ ...mount, Type: type",
    "copyDefined({ ...mount, VolumeOptions: undefined, Type: type",
    "a volume with the options of its driver",
  ],
]);
