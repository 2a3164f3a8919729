import type { Mount, PublishedPort, RestartPolicy } from "@openfactory/deploy-core";
import type { ObservedSettings } from "@openfactory/strategy-contract-tests";
import { isDeepStrictEqual } from "node:util";

// The Engine API's own JSON, which these look-ups take as it comes.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

const CONDITIONS: Record<string, RestartPolicy["Condition"]> = {
  "": "none",
  no: "none",
  "on-failure": "on-failure",
  always: "any",
  "unless-stopped": "any",
};

/** Empty and zero stand for not set in the engine's answers. */
const orUnset = <Value>(value: Value | null | undefined): Value | undefined =>
  value === null || value === undefined || value === (0 as Value) || value === ("" as Value) ? undefined : value;

/** A container's inspect (Engine API, ContainerInspect) in the words of a request. @param image inspect of its image. */
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
    mounts: (HostConfig.Mounts ?? []).map((mount: Json) => ({ ...mount, Type: mount.Type.toLowerCase() }) as Mount),
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
  };
}

/** A container of no network is on the default bridge, and on that alone. */
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
