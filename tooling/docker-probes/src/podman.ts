import { setTimeout as delay } from "node:timers/promises";
import { canonicalSignal, type Mount, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { ContractTarget, ObservedSettings } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { containerSettings, containerTarget, type RemoteEngine } from "./containers.js";
import type { Json } from "./engine-io.js";
import { splitMounts } from "./file-mounts.js";

/** The contract's target for a strategy that runs services as containers of Podman. */
export function podmanTarget(
  strategy: OpenFactoryServiceDeploymentStrategy,
  engine: RawEngine,
  remote: RemoteEngine,
): ContractTarget {
  const target = containerTarget(strategy, engine, remote);
  const checks = keepHealthChecks(engine);
  const found = async (path: string): Promise<Json> => {
    const { status, body } = await engine.request("GET", path);
    return status === 200 ? body : undefined;
  };
  return {
    ...target,
    // Podman publishes ports on internal networks.
    internalNetwork: undefined,
    probes: {
      ...target.probes,
      async settings(name) {
        const container = await found(`/containers/${name}/json`);
        if (container?.Name !== `/${name}`) return undefined;
        const image = await found(`/images/${encodeURIComponent(container.Image)}/json`);
        const names: string[] = container.Mounts.flatMap(({ Name }: Json) => Name ?? []);
        const volumes = await Promise.all(
          names.map(async (volume) => [volume, await found(`/volumes/${volume}`)] as const),
        );
        return podmanSettings(container, image, new Map(volumes));
      },
    },
    async close() {
      await checks.stop();
      await target.close();
    },
  };
}

/** Directories that Podman 4 makes writable on a read-only root. */
const WRITABLE: ReadonlySet<string> = new Set(["/run", "/tmp", "/var/tmp"]);

/** Podman's default limit of processes (containers.conf, `pids_limit`). */
const DEFAULT_PIDS = 2048;

/**
 * The fields of a request from ContainerInspect of Podman's Docker-compatible API.
 * @param image ImageInspect of its image. @param volumes VolumeInspect of its volumes, by name.
 */
function podmanSettings(container: Json, image: Json, volumes: ReadonlyMap<string, Json>): ObservedSettings {
  const settings = containerSettings(container, image);
  const { HostConfig, Mounts, NetworkSettings } = container;
  const { Limits, Reservations } = settings.resources ?? {};
  const nofile = HostConfig.Ulimits?.find(({ Name }: Json) => Name === "RLIMIT_NOFILE");
  const networks = Object.keys(NetworkSettings.Networks);
  const scratch = Object.entries(HostConfig.Tmpfs ?? {}).filter(
    ([target]) => !(HostConfig.ReadonlyRootfs && WRITABLE.has(target)),
  );
  return {
    ...settings,
    ports: settings.ports?.map(({ hostAddress, ...port }) =>
      hostAddress === "0.0.0.0" ? port : { ...port, hostAddress },
    ),
    networks: networks.length === 1 && networks[0] === "podman" ? [] : networks,
    resources: { Reservations, Limits: { ...Limits, Pids: Limits?.Pids === DEFAULT_PIDS ? undefined : Limits?.Pids } },
    openFiles: nofile && { soft: nofile.Soft, hard: nofile.Hard },
    ...splitMounts([...Mounts.map((mount: Json) => mounted(mount, volumes)), ...scratch.map(tmpfs)]),
    stopSignal: canonicalSignal(settings.stopSignal ?? ""),
    incomparable: {
      capDrop: "Podman returns the missing default capabilities, not the dropped ones",
      devices: "Podman does not return the permissions of devices",
      logging: "Podman does not return the options of the log driver",
      sysctls: "Podman does not return kernel parameters",
    },
  };
}

function mounted({ Type, Name, Source, Destination, RW }: Json, volumes: ReadonlyMap<string, Json>): Mount {
  const at = { Type, Source: Name ?? Source, Target: Destination, ReadOnly: !RW };
  const volume = volumes.get(Name);
  if (volume === undefined) return at;
  const DriverConfig = { Name: volume.Driver, Options: volume.Options };
  return { ...at, VolumeOptions: { Labels: volume.Labels, DriverConfig } };
}

/** `size=1048576,mode=1770,rw,...` */
function tmpfs([target, options]: [string, unknown]): Mount {
  const given = (option: string) => new RegExp(`(?:^|,)${option}=(\\d+)`).exec(String(options))?.[1];
  const [size, mode] = [given("size"), given("mode")];
  const TmpfsOptions = {
    ...(size !== undefined && { SizeBytes: Number(size) }),
    ...(mode !== undefined && { Mode: Number.parseInt(mode, 8) }),
  };
  return { Type: "tmpfs", Target: target, TmpfsOptions } as Mount;
}

const STEP_MS = 200;

/**
 * Runs the health checks of all containers, as timers of systemd do: Podman itself runs none without
 * `podman healthcheck run`, and the nodes of the tests have no systemd.
 */
function keepHealthChecks(engine: RawEngine): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await runAll(engine).catch(() => undefined);
      await delay(STEP_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** A container without a health check is in none of these states. */
async function runAll(engine: RawEngine): Promise<void> {
  const filters = encodeURIComponent(
    JSON.stringify({ status: ["running"], health: ["starting", "healthy", "unhealthy"] }),
  );
  const checked: { Id: string }[] = await engine.call("GET", `/containers/json?filters=${filters}`);
  await Promise.all(checked.map(({ Id }) => engine.request("GET", `/v4.0.0/libpod/containers/${Id}/healthcheck`)));
}
