import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import {
  type OpenFactoryServiceDeploymentStrategy,
  type PublishedPort,
  type RestartPolicy,
  supports,
} from "@openfactory/deploy-core";
import type { ContractProbes, ContractTarget, ObservedSettings } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { execIn, get, writtenLines, type Json } from "./engine-io.js";
import { engineResources, TEST_LABELS } from "./engine-resources.js";
import { splitMounts } from "./file-mounts.js";
import { foreignContainers } from "./foreign-containers.js";

/** The addresses of an engine on another machine, and of this machine as that engine sees it. */
export interface RemoteEngine {
  /** The host of the published ports. */
  published: string;
  /** The address of this machine, at which the engine accepts a registry without TLS. Default: no registry. */
  registry?: string;
}

/**
 * The contract's target for a strategy that runs services as containers of one engine.
 * @param remote default: the engine runs on this machine.
 * @param probes default: one container for each service.
 */
export function containerTarget(
  strategy: OpenFactoryServiceDeploymentStrategy,
  engine: RawEngine,
  remote?: RemoteEngine,
  probes: ContractProbes = containerProbes(engine, remote?.published),
): ContractTarget {
  // Engines accept a registry on their own loopback address without TLS.
  const resources = engineResources(engine, "bridge", remote === undefined ? "127.0.0.1" : remote.registry);
  const files = strategyFiles(strategy);
  return {
    ...resources,
    secret: (content) => files.create("secret", content),
    config: (content) => files.create("config", content),
    strategy,
    probes,
    foreign: foreignContainers(engine),
    async unmapped(name) {
      const { plain: Image } = resources.images;
      const HostConfig = { PidMode: "host" };
      await engine.call("POST", `/containers/create?name=${name}`, {
        Image,
        Cmd: IDLE,
        Labels: TEST_LABELS,
        HostConfig,
      });
      await engine.call("POST", `/containers/${name}/start`);
      const isSet = async () => {
        // An update with replicas replaces the container with the first replica.
        const found = await Promise.all(
          [name, `${name}-1`].map((each) => engine.request("GET", `/containers/${each}/json`)),
        );
        const container = found.find(({ status }) => status === 200);
        if (container === undefined) throw new Error(`service ${name} does not exist`);
        return container.body.HostConfig.PidMode === "host";
      };
      return { setting: "HostConfig.PidMode: host", isSet };
    },
    portlessNetworks: ["host", "none"],
    unavailable: fieldsUnavailableHere(),
    // Every address of 127.0.0.0/8 belongs to this machine.
    ...(remote === undefined && { hostAddresses: ["127.0.0.1", "127.0.0.2"] as const }),
    async cleanup(name) {
      const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${name}(-[0-9]+)?([.].+)?$`] }));
      const all = await engine.call("GET", `/containers/json?all=1&filters=${filters}`);
      await Promise.all(
        all.map(({ Id }: { Id: string }) => engine.request("DELETE", `/containers/${Id}?force=true&v=true`)),
      );
    },
    async close() {
      await files.close();
      await strategy.close();
      await resources.close();
    },
  };
}

/** Runs until it is stopped. */
const IDLE = ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait $!"];

/** The number of CAP_SYS_RESOURCE (capabilities(7)). */
const SYS_RESOURCE = 24n;

/** A privileged container gets all capabilities, so the engines of the tests, on this machine, must have all of them. */
function fieldsUnavailableHere(): NonNullable<ContractTarget["unavailable"]> {
  const [, bounding = "0"] = /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  const isMissing = ((BigInt(`0x${bounding}`) >> SYS_RESOURCE) & 1n) === 0n;
  return isMissing
    ? { privileged: "this machine lacks CAP_SYS_RESOURCE: no engine on it runs privileged containers" }
    : {};
}

/** Secrets and configs that the strategy creates: a single engine has no such objects. */
function strategyFiles(strategy: OpenFactoryServiceDeploymentStrategy) {
  const created: [kind: "secret" | "config", name: string][] = [];
  const managing = () => {
    if (supports(strategy, "resources")) return strategy;
    throw new Error("the strategy manages no resources");
  };
  return {
    async create(kind: "secret" | "config", content: string): Promise<string> {
      const name = `contract-${randomUUID().slice(0, 8)}`;
      created.push([kind, name]);
      await managing().createResource({ kind, name, labels: TEST_LABELS, content: Buffer.from(content) });
      return name;
    },
    async close(): Promise<void> {
      for (const [kind, name] of created) await managing().removeResource(kind, name);
    },
  };
}

/** Probes of services that are containers of one engine, by exact name. @param published the host of the published ports. */
export function containerProbes(engine: RawEngine, published = "127.0.0.1"): ContractProbes {
  const find = async (name: string): Promise<Json | undefined> => {
    const { status, body } = await engine.request("GET", `/containers/${name}/json`);
    return status === 200 && body.Name === `/${name}` ? body : undefined;
  };
  const existing = async (name: string): Promise<Json> => {
    const container = await find(name);
    if (container === undefined) throw new Error(`container ${name} does not exist`);
    return container;
  };
  return {
    async settings(name) {
      const container = await find(name);
      if (container === undefined) return undefined;
      const image = await engine.request("GET", `/images/${encodeURIComponent(container.Image)}/json`);
      return containerSettings(container, image.status === 200 ? image.body : undefined);
    },
    async names() {
      const all: Json[] = await engine.call("GET", "/containers/json?all=1");
      const states = new Map(all.map(({ Names, State }) => [String(Names[0]).slice(1), String(State)]));
      return [...states.keys()].filter((name) => !isKept(name, states));
    },
    async instances(name) {
      const container = await find(name);
      if (container === undefined) return [];
      const { Running, Restarting, ExitCode, Health, StartedAt } = container.State;
      return [
        {
          id: container.Id,
          process: `${container.Id} ${StartedAt}`,
          // The engine reports a container that waits for its restart as running.
          running: Running && !Restarting,
          health: Running && Health?.Status !== "none" ? Health?.Status : undefined,
          exitCode: Running ? undefined : ExitCode,
        },
      ];
    },
    output: async (name) => writtenLines(engine, `/containers/${(await existing(name)).Id}`),
    exec: async (name, words) => execIn(engine, (await existing(name)).Id, words),
    async stop(name) {
      await engine.call("POST", `/containers/${(await existing(name)).Id}/stop?t=1`);
    },
    get: (port) => get(published, port),
    getAt: get,
  };
}

/** Whether a container is the previous version of a service, which is stopped and kept for a rollback. */
const isKept = (name: string, states: ReadonlyMap<string, string>): boolean => {
  const [, service] = /^(.+)\.previous(?:\.[a-z0-9-]+)?$/.exec(name) ?? [];
  return service !== undefined && states.has(service) && states.get(name) !== "running";
};

const CONDITIONS: Record<string, RestartPolicy["Condition"]> = {
  "": "none",
  no: "none",
  "on-failure": "on-failure",
  always: "any",
  "unless-stopped": "any",
};

/** The engine answers an empty value or zero for a setting that is not set. */
const orUnset = <Value>(value: Value | null | undefined): Value | undefined =>
  value === null || value === undefined || value === (0 as Value) || value === ("" as Value) ? undefined : value;

/** The fields of a request from ContainerInspect (Engine API). @param image ImageInspect of its image. */
export function containerSettings(container: Json, image: Json): ObservedSettings {
  const { Config, HostConfig } = container;
  const own = (value: Json, ofImage: Json): Json => (isDeepStrictEqual(value, ofImage ?? null) ? undefined : value);
  const nofile = HostConfig.Ulimits?.find(({ Name }: { Name: string }) => Name === "nofile");
  return {
    ids: [container.Id],
    image: Config.Image,
    env: Config.Env ?? [],
    labels: Config.Labels ?? {},
    command: own(Config.Entrypoint, image?.Config?.Entrypoint) ?? undefined,
    args: own(Config.Cmd, image?.Config?.Cmd) ?? undefined,
    user: orUnset(Config.User),
    hostname: container.Id.startsWith(Config.Hostname) ? undefined : Config.Hostname,
    ports: Object.entries<Json>(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
      (bindings ?? []).map((binding: Json) => publishedPort(port, binding)),
    ),
    networkAliases: aliasesOf(container),
    networks: joined(Object.keys(container.NetworkSettings.Networks)),
    resources: {
      Limits: {
        NanoCPUs: orUnset(HostConfig.NanoCpus),
        MemoryBytes: orUnset(HostConfig.Memory),
        Pids: orUnset(HostConfig.PidsLimit),
      },
      Reservations: { MemoryBytes: orUnset(HostConfig.MemoryReservation) },
    },
    openFiles: nofile && { soft: nofile.Soft, hard: nofile.Hard },
    ...splitMounts((HostConfig.Mounts ?? []).map((mount: Json) => ({ ...mount, Type: mount.Type.toLowerCase() }))),
    healthcheck: own(Config.Healthcheck, image?.Config?.Healthcheck) ?? undefined,
    restart: {
      Condition: CONDITIONS[HostConfig.RestartPolicy?.Name ?? ""],
      MaxAttempts: orUnset(HostConfig.RestartPolicy?.MaximumRetryCount),
    },
    stopGracePeriod:
      Config.StopTimeout === undefined || Config.StopTimeout === null ? undefined : Config.StopTimeout * 1e9,
    init: HostConfig.Init ?? undefined,
    readOnly: HostConfig.ReadonlyRootfs,
    capAdd: HostConfig.CapAdd?.map(plainCapability),
    capDrop: HostConfig.CapDrop?.map(plainCapability),
    privileged: HostConfig.Privileged,
    devices: HostConfig.Devices?.map((device: Json) => ({
      source: device.PathOnHost,
      target: device.PathInContainer,
      permissions: device.CgroupPermissions,
    })),
    groupAdd: HostConfig.GroupAdd ?? [],
    workingDir: own(Config.WorkingDir, image?.Config?.WorkingDir) || undefined,
    tty: Config.Tty,
    openStdin: Config.OpenStdin,
    stopSignal: own(Config.StopSignal, image?.Config?.StopSignal) || undefined,
    extraHosts: HostConfig.ExtraHosts ?? [],
    dns: { servers: HostConfig.Dns ?? [], search: HostConfig.DnsSearch ?? [], options: HostConfig.DnsOptions ?? [] },
    sysctls: HostConfig.Sysctls,
    shmSize: HostConfig.ShmSize,
    logging: { driver: HostConfig.LogConfig?.Type, options: HostConfig.LogConfig?.Config },
  };
}

/** The aliases that every network has; the engine adds the container's name or short id, and its host name. */
function aliasesOf({ Id, Name, Config, NetworkSettings }: Json): string[] {
  const [first = [], ...others] = Object.values<Json>(NetworkSettings.Networks).map(
    ({ Aliases }): string[] => Aliases ?? [],
  );
  const common = first.filter((alias) => others.every((each) => each.includes(alias)));
  return common.filter((alias) => !Id.startsWith(alias) && `/${alias}` !== Name && alias !== Config.Hostname);
}

/** A container without networks is on the default bridge only. */
const joined = (networks: string[]): string[] => (networks.length === 1 && networks[0] === "bridge" ? [] : networks);

export const plainCapability = (name: string): string => name.toUpperCase().replace(/^CAP_/, "");

const publishedPort = (port: string, { HostIp, HostPort }: { HostIp: string; HostPort: string }) => {
  const [target, protocol] = port.split("/");
  return {
    target: Number(target),
    protocol: protocol as PublishedPort["protocol"],
    ...(HostPort === "" ? {} : { published: Number(HostPort) }),
    ...(HostIp === "" ? {} : { hostAddress: HostIp }),
  };
};
