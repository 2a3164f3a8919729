import type { Mount, PublishedPort } from "@openfactory/deploy-core";
import type { ObservedSettings } from "@openfactory/strategy-contract-tests";
import type { Json } from "./json.js";

/** The options of `podman run` that have no value. */
const FLAGS = new Set([
  "--replace",
  "--rm",
  "-d",
  "--read-only",
  "--tty",
  "--interactive",
  "--privileged",
  "--init",
  "--init=false",
]);

/** The options of a `podman run` with their values, the image, and its arguments. */
function parse(words: readonly string[]) {
  const options = new Map<string, string[]>();
  const add = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
  let at = words.indexOf("run") + 1;
  for (; words[at]?.startsWith("-"); at += 1) {
    const word = words[at] ?? "";
    const [name = "", value] = word.split(/=(.*)/s);
    if (value !== undefined) add(name, value);
    else if (FLAGS.has(word)) add(word, "true");
    else add(word, words[(at += 1)] ?? "");
  }
  return { options, image: words[at] ?? "", args: words.slice(at + 1) };
}

/** systemd replaces these when it starts the process. */
const expanded = (word: string): string =>
  ({ "${OPENFACTORY_EMPTY}": "", "${OPENFACTORY_SEMICOLON}": ";" })[word] ?? word.replaceAll("$$", "$");

/**
 * The settings of a service in the terms of a request: from Podman if there is a container, and from the command line with
 * which systemd starts it for what Podman doesn't return.
 */
export function runSettings(
  words: readonly string[],
  state: ReadonlyMap<string, string>,
  container: Json | undefined,
  image: Json | undefined,
  volumes: ReadonlyMap<string, Json> = new Map(),
): ObservedSettings {
  const { options, image: reference, args } = parse(words.map(expanded));
  const all = (name: string): string[] => options.get(name) ?? [];
  const last = (name: string): string | undefined => all(name).at(-1);
  const number = (name: string): number | undefined =>
    last(name) === undefined ? undefined : Number.parseFloat(last(name) ?? "");
  const bytes = number;
  const labels = Object.fromEntries(all("--label").map((label) => label.split(/=(.*)/s).slice(0, 2)));
  const { Config = {}, HostConfig = {}, NetworkSettings = {}, Mounts = [] } = container ?? {};
  const imageConfig = image?.Config ?? {};
  const networks = container === undefined ? all("--network") : Object.keys(NetworkSettings.Networks ?? {});
  const secrets = all("--secret").map((text) => {
    const [name = "", ...parts] = text.split(",");
    const { target, uid, gid, mode } = Object.fromEntries(parts.map((part) => part.split("=")));
    return { name, target, uid, gid, ...(mode && { mode: Number.parseInt(mode, 8) }) };
  });
  const entrypoint = last("--entrypoint");
  const nofile = HostConfig.Ulimits?.find(({ Name }: Json) => Name === "RLIMIT_NOFILE");
  return {
    ids: [labels["org.openfactory.quadlet.id"] ?? ""],
    image: reference,
    // In no order. Podman adds the name that it gave the container, which is another one after each start.
    env: ((Config.Env as string[] | undefined) ?? [])
      .filter((entry) => entry !== `HOSTNAME=${container.Id.slice(0, 12)}`)
      .toSorted(),
    labels: container === undefined ? labels : (Config.Labels ?? {}),
    ...(entrypoint !== undefined && {
      command: (container === undefined ? JSON.parse(entrypoint) : Config.Entrypoint) as string[],
    }),
    args: container === undefined || args.length === 0 ? args : Config.Cmd,
    user: last("--user") === undefined ? undefined : (Config.User ?? last("--user")),
    hostname:
      container === undefined || container.Id.startsWith(Config.Hostname) || last("--network") === "host"
        ? last("--hostname")
        : Config.Hostname,
    ports:
      container === undefined
        ? []
        : Object.entries<Json>(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
            (bindings ?? []).map((binding: Json) => publishedPort(port, binding)),
          ),
    networks: networks.filter((network) => network !== "podman"),
    networkAliases: all("--network-alias"),
    resources: {
      Limits: {
        NanoCPUs: container === undefined ? undefined : HostConfig.NanoCpus || undefined,
        MemoryBytes: HostConfig.Memory || undefined,
        Pids: last("--pids-limit") === undefined ? undefined : HostConfig.PidsLimit,
      },
      Reservations: { MemoryBytes: HostConfig.MemoryReservation || undefined },
    },
    ...(last("--ulimit") !== undefined && { openFiles: nofile && { soft: nofile.Soft, hard: nofile.Hard } }),
    mounts: [
      ...Mounts.filter(isOfRequest).map((mount: Json) => mounted(mount, volumes.get(mount.Name))),
      ...all("--mount").flatMap(tmpfs),
    ],
    healthcheck: all("--health-cmd").length === 0 ? undefined : healthcheck(Config.Healthcheck),
    restart: {
      Condition: ({ always: "any", "on-failure": "on-failure", no: "none" } as const)[state.get("Restart") as "no"],
      MaxAttempts:
        state.get("StartLimitIntervalUSec") === "infinity" ? Number(state.get("StartLimitBurst")) - 1 : undefined,
      Delay: duration(state.get("RestartUSec")),
    },
    stopGracePeriod: number("--stop-timeout") === undefined ? undefined : (number("--stop-timeout") ?? 0) * 1e9,
    init: all("--init").at(-1) === undefined ? undefined : (HostConfig.Init as boolean | undefined),
    readOnly: HostConfig.ReadonlyRootfs,
    capAdd: all("--cap-add").map(capability),
    capDrop: all("--cap-drop").map(capability),
    privileged: last("--privileged") === "true",
    devices: all("--device").map((device) => {
      const [source = "", target = "", permissions = ""] = device.split(":");
      return { source, target, permissions };
    }),
    groupAdd: HostConfig.GroupAdd ?? all("--group-add"),
    workingDir: last("--workdir") === undefined ? undefined : (Config.WorkingDir ?? last("--workdir")),
    tty: last("--tty") === "true" ? (Config.Tty ?? true) : undefined,
    openStdin: last("--interactive") === "true" ? (Config.OpenStdin ?? true) : undefined,
    stopSignal: last("--stop-signal") ?? (imageConfig.StopSignal as string | undefined),
    extraHosts: all("--add-host"),
    dns: { servers: all("--dns"), search: all("--dns-search"), options: all("--dns-option") },
    sysctls: Object.fromEntries(all("--sysctl").map((text) => text.split(/=(.*)/s).slice(0, 2))),
    shmSize: bytes("--shm-size"),
    secrets,
  };
}

const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, "");

const publishedPort = (port: string, { HostIp, HostPort }: Json) => {
  const [target, protocol] = port.split("/");
  return {
    target: Number(target),
    protocol: protocol as PublishedPort["protocol"],
    ...(HostPort === "" ? {} : { published: Number(HostPort) }),
    ...(HostIp === "" || HostIp === "0.0.0.0" ? {} : { hostAddress: HostIp }),
  };
};

/** Podman's own files are mounts, too. */
const isOfRequest = ({ Type, Destination }: Json): boolean =>
  Type !== "tmpfs" && !Destination.startsWith("/run/secrets");

const mounted = ({ Type, Name, Source, Destination, RW }: Json, volume: Json | undefined): Mount => ({
  Type,
  Source: Name ?? Source,
  Target: Destination,
  ReadOnly: !RW,
  ...(volume && {
    VolumeOptions: { Labels: volume.Labels, DriverConfig: { Name: volume.Driver, Options: volume.Options } },
  }),
});

function tmpfs(text: string): Mount[] {
  const parts = Object.fromEntries(text.split(",").map((part) => part.split("=")));
  if (parts["type"] !== "tmpfs") return [];
  const [size, mode] = [parts["tmpfs-size"], parts["tmpfs-mode"]];
  const TmpfsOptions = { ...(size && { SizeBytes: Number(size) }), ...(mode && { Mode: Number.parseInt(mode, 8) }) };
  return [{ Type: "tmpfs", Source: undefined, Target: parts["target"] ?? "", ReadOnly: undefined, TmpfsOptions }];
}

const healthcheck = (found: Json) => found ?? { Test: ["NONE"] };

/** `1s`, `100ms` of systemd, in nanoseconds. */
const duration = (text = ""): number | undefined => {
  const [, amount, unit] = /^(\d+)(ms|s)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (unit === "s" ? 1_000_000_000 : 1_000_000);
};
