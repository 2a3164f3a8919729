import { ofSuite } from "./of-suite.ts";

const fields = "packages/docker-translators/src/fields";
const spec = "packages/docker-translators/src/service.ts";

/** Fields of a request that the service does not get. */
export const swarmFieldMutations = ofSuite("swarm", [
  [
    "the last network dropped",
    `${fields}/networks.ts`,
    "networks.map((Target)",
    "networks.slice(0, -1).map((Target)",
    "networks, three",
  ],
  ["labels on the service alone", spec, "    ...toTaskLabels(request),\n", "", "request field\\W+labels"],
  ["labels on the containers alone", spec, "    ...toServiceLabels(request),\n", "", "request field\\W+labels"],
  ["constraints dropped", spec, "      ...toPlacement(request),\n", "", "request field\\W+constraints"],
  ["the mode ignored", `${fields}/mode.ts`, "request.mode ?? {", "{", "mode: (three|global)"],
  ["limits and reservations ignored", spec, "      ...toTaskResources(request, context),\n", "", "limit of memory"],
  [
    "reservations ignored",
    `${fields}/resources.ts`,
    ".filter(([, section]) => hasKeys(section))",
    '.filter(([name, section]) => name === "Limits" && hasKeys(section))',
    "reservation of memory",
  ],
  [
    "the read-only flag lost",
    spec,
    "    ...(request.readOnly !== undefined && { ReadOnly: request.readOnly }),\n",
    "",
    "readOnly",
  ],
  [
    "the command as args",
    `${fields}/command.ts`,
    "return { ...(Command && { Command }), ...(Args && { Args }) };",
    "return Command ? { Args: [...Command, ...(Args ?? [])] } : { ...(Args && { Args }) };",
    "command replaces the image's entrypoint",
  ],
  [
    "the publish mode ignored",
    `${fields}/ports.ts`,
    "PublishMode: port.mode",
    'PublishMode: "ingress"',
    "ports in host mode",
  ],
  [
    "a literal {{ expanded",
    `${fields}/templates.ts`,
    'request.templates === "literal" ?',
    "request.templates === undefined ?",
    "templates: literal",
  ],
  [
    "an unmarked template expanded",
    "packages/strategy-swarm/src/manifest.ts",
    "    when: ({ templates }) => templates === undefined,\n",
    "    when: () => false,\n",
    "a possible template",
  ],
  [
    "a host address opened to all",
    "packages/strategy-swarm/src/manifest.ts",
    '      unless: ["0.0.0.0", "::"],\n      refuse: true,\n',
    "",
    "ports at a host address",
  ],
  [
    "every host address refused",
    "packages/strategy-swarm/src/manifest.ts",
    '      unless: ["0.0.0.0", "::"],\n',
    "",
    "written as 0.0.0.0",
  ],
  [
    "ports on the network host not reported",
    "packages/strategy-swarm/src/manifest.ts",
    "isOnHost(request) && (request.ports ?? []).every",
    "(request.ports ?? []).length > 99 && (request.ports ?? []).every",
    "a network that publishes none",
  ],
  [
    "ports on the network host reported as published",
    "packages/strategy-swarm/src/observe/status.ts",
    "reports.length === 0 || isOpen(port)",
    "true",
    "a network that publishes none",
  ],
  [
    "the mode of a secret's file lost",
    `${fields}/file-references.ts`,
    "Mode: reference.mode ?? DEFAULTS.Mode",
    "Mode: DEFAULTS.Mode",
    "secrets, with target",
  ],
  ["updateConfig dropped", spec, "    ...toUpdateConfig(request, context),\n", "", "request field\\W+updateConfig"],
  [
    "the restart policy ignored",
    spec,
    "      ...toTaskRestartPolicy(request, context),\n",
    '      RestartPolicy: { Condition: "any" },\n',
    "restart: none",
  ],
  [
    "the health check dropped",
    spec,
    "    ...toHealthcheck(request, context),\n",
    "",
    "request field\\W+healthcheck, as words",
  ],
]);
