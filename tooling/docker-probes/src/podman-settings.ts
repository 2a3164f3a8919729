import type { Mount } from "@openfactory/deploy-core";
import type { ObservedSettings } from "@openfactory/strategy-contract-tests";
import { containerSettings } from "./container-settings.js";

// The Engine API's own JSON, which these look-ups take as it comes.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** Folders that Podman 4 gives a read-only root to write to. */
const WRITABLE: ReadonlySet<string> = new Set(["/run", "/tmp", "/var/tmp"]);

/** What Podman gives a container without a limit of its own (containers.conf, `pids_limit`). */
const DEFAULT_PIDS = 2048;

/**
 * A container's inspect, as Podman's Docker-compatible API has it, in the words of a request.
 * @param image inspect of its image. @param volumes inspect of its volumes, by name.
 */
export function podmanSettings(container: Json, image: Json, volumes: ReadonlyMap<string, Json>): ObservedSettings {
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
    mounts: [...Mounts.map((mount: Json) => mounted(mount, volumes)), ...scratch.map(tmpfs)],
    // It says which of its default capabilities a process lacks, and not which were dropped.
    untold: { capDrop: "Podman tells which of its default capabilities are missing, and not which were to be dropped" },
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
