import { type FileReference, type Mount, volumeDifference, type VolumeDriver } from "@openfactory/deploy-core";
import { ambiguousNetwork, type CheckedRequest, type Problem, volumeConflict } from "@openfactory/docker-engine";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import type { EngineSnapshot } from "./snapshot.js";

/** Secrets and configs that are missing. */
export const fileProblems = (checked: CheckedRequest, { secrets, configs }: EngineSnapshot): Problem[] => [
  ...missingFiles("secret", checked.request.secrets, secrets),
  ...missingFiles("config", checked.request.configs, configs),
];

const missingFiles = (
  kind: "secret" | "config",
  files: readonly FileReference[] = [],
  existing: ReadonlySet<string>,
): Problem[] =>
  files.flatMap(({ name }, index) => {
    if (existing.has(name)) return [];
    const message = `There is no ${kind} ${name} on the swarm`;
    const hint = `Create it first: \`docker ${kind} create ${name} FILE\`.`;
    return [{ code: "NOT_FOUND", field: `${kind}s[${index}]`, message, hint }];
  });

/** Networks that every node has and that services of a swarm may join. */
const PREDEFINED: ReadonlySet<string> = new Set(["host", "bridge"]);

/** Networks that are missing or that services can't join, with the codes of the deploy. */
export function networkProblems(checked: CheckedRequest, { networks }: EngineSnapshot): Problem[] {
  return (checked.request.networks ?? []).flatMap((name, index): Problem[] => {
    if (PREDEFINED.has(name)) return [];
    const field = `networks[${index}]`;
    const found = networks.filter(({ Name }) => Name === name);
    // A network that exists on one node only may have the same name: services never join it.
    const joinable = found.filter(({ Scope, Ingress }) => Scope === "swarm" && !Ingress);
    const ambiguous = ambiguousNetwork(name, joinable);
    if (ambiguous !== undefined) return [{ code: "CONFLICT", field, ...ambiguous }];
    if (joinable.length > 0) return [];
    if (found.length === 0) {
      const hint = `Create it first (\`docker network create --driver overlay ${name}\`), or correct its name.`;
      return [{ code: "NETWORK_NOT_FOUND", field, message: `There is no network ${name}`, hint }];
    }
    const message = found.some(({ Ingress }) => Ingress)
      ? `Network ${name} is the swarm's own, for published ports`
      : `Network ${name} is not a network of the swarm: it exists on one node only`;
    const hint = "Create an overlay network (`docker network create --driver overlay NAME`), or use an existing one.";
    return [{ code: "CONFLICT", field, message, hint }];
  });
}

/**
 * Volumes that exist with another driver or other options than a mount asks for. An engine mounts an existing volume
 * without a warning, so the service would read and write other data. Only the volumes of the manager's own node can be
 * listed, and they matter if the service may run there. Those of other nodes show in the services that mount them.
 */
export function volumeProblems(checked: CheckedRequest, snapshot: EngineSnapshot): Problem[] {
  const { mounts = [] } = checked.request;
  return mounts.flatMap((mount, index) => {
    const requested = driverOf(mount);
    if (requested === undefined || mount.Source === undefined) return [];
    const message =
      conflictOnManager(mount.Source, requested, checked, snapshot) ??
      conflictWithService(mount.Source, requested, checked, snapshot);
    if (message === undefined) return [];
    const hint = `Use another volume name. If the data is not needed, remove the volume on every node: \`docker volume rm ${mount.Source}\`. Data on a remote server (NFS) is not deleted.`;
    return [{ code: "CONFLICT", field: `mounts[${index}]`, message, hint }];
  });
}

/** The driver and options that a mount asks for. Undefined: the mount accepts any volume. */
function driverOf({ Type, VolumeOptions }: Pick<Mount, "Type" | "VolumeOptions">): VolumeDriver | undefined {
  const driver = VolumeOptions?.DriverConfig;
  return Type !== "volume" || (driver?.Name === undefined && driver?.Options === undefined) ? undefined : driver;
}

function conflictOnManager(
  name: string,
  requested: VolumeDriver,
  { request: { constraints } }: CheckedRequest,
  { volumes, nodes, managerId }: EngineSnapshot,
): string | undefined {
  const manager = eligibleNodes(nodes, constraints).find(({ ID }) => ID === managerId);
  const existing = manager && volumes.find(({ Name }) => Name === name);
  return existing && volumeConflict(existing, requested, manager.Description.Hostname);
}

function conflictWithService(
  name: string,
  requested: VolumeDriver,
  { request }: CheckedRequest,
  { services }: EngineSnapshot,
): string | undefined {
  for (const { name: service, settings, mounts } of services) {
    for (const mount of service === request.name ? [] : (settings?.mounts ?? mounts ?? [])) {
      const mounted = mount.Source === name ? driverOf(mount) : undefined;
      const difference = mounted && volumeDifference(mounted, requested);
      if (difference !== undefined)
        return `Service ${service} mounts volume ${name} with ${difference}, and Docker would mount the same volume`;
    }
  }
  return undefined;
}
