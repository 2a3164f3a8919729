import {
  type FileReference,
  type Mount,
  type PreflightProblem,
  volumeDifference,
  type VolumeDriver,
} from "@openfactory/deploy-core";
import { ambiguousNetwork } from "@openfactory/docker-engine";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import { type CheckedRequest, type EngineSnapshot, problem } from "./snapshot.js";

/** Secrets and configs that are missing. */
export const fileProblems = (candidate: CheckedRequest, { secrets, configs }: EngineSnapshot): PreflightProblem[] => [
  ...missing(candidate, "secret", candidate.request.secrets, secrets),
  ...missing(candidate, "config", candidate.request.configs, configs),
];

const missing = (
  candidate: CheckedRequest,
  kind: "secret" | "config",
  files: readonly FileReference[] = [],
  there: ReadonlySet<string>,
): PreflightProblem[] =>
  files.flatMap(({ name }, index) => {
    if (there.has(name)) return [];
    const hint = `Create it first, with \`docker ${kind} create\`.`;
    const message = `There is no ${kind} ${name} on the swarm`;
    return [problem(candidate, { code: "NOT_FOUND", field: `${kind}s[${index}]`, message, hint })];
  });

/** Networks of every node's own that the swarm lets services join. */
const PREDEFINED: ReadonlySet<string> = new Set(["host", "bridge"]);

/** Networks that are missing, or that services can't join: told as the deploy would tell them. */
export function networkProblems(candidate: CheckedRequest, { networks }: EngineSnapshot): PreflightProblem[] {
  return (candidate.request.networks ?? []).flatMap((name, index): PreflightProblem[] => {
    if (PREDEFINED.has(name)) return [];
    const field = `networks[${index}]`;
    const found = networks.filter(({ Name }) => Name === name);
    // A network of one node's own may have the same name: services never join it.
    const joinable = found.filter(({ Scope, Ingress }) => Scope === "swarm" && !Ingress);
    const ambiguous = ambiguousNetwork(name, joinable);
    if (ambiguous !== undefined) return [problem(candidate, { code: "CONFLICT", field, ...ambiguous })];
    if (joinable.length > 0) return [];
    if (found.length === 0) {
      const hint = `Create it first (docker network create --driver overlay ${name}), or correct its name.`;
      return [problem(candidate, { code: "NETWORK_NOT_FOUND", field, message: `There is no network ${name}`, hint })];
    }
    const message = found.some(({ Ingress }) => Ingress)
      ? `Network ${name} is the swarm's own, for published ports`
      : `Network ${name} is no network of the swarm: it exists on one node only`;
    const hint = "Create it as an overlay network (`docker network create --driver overlay ...`), or use one that is.";
    return [problem(candidate, { code: "CONFLICT", field, message, hint })];
  });
}

/**
 * Volumes that exist with another driver or other options than a mount asks for. An engine mounts an existing volume as
 * it is and reports nothing, so the service would read and write other data. Only the volumes of the manager's own node
 * can be listed, and they matter if the service may run there. Those of other nodes show in the services that mount them.
 */
export function volumeProblems(candidate: CheckedRequest, world: EngineSnapshot): PreflightProblem[] {
  const { mounts = [] } = candidate.request;
  return mounts.flatMap((mount, index) => {
    const asked = driverOf(mount);
    if (asked === undefined || mount.Source === undefined) return [];
    const message =
      onManager(mount.Source, asked, candidate, world) ?? inService(mount.Source, asked, candidate, world);
    if (message === undefined) return [];
    const hint = `Use a volume of another name; or, if its data is not needed, remove it on every node: docker volume rm ${mount.Source}.`;
    return [problem(candidate, { code: "CONFLICT", field: `mounts[${index}]`, message, hint })];
  });
}

/** What a mount asks of its volume. Undefined: any volume will do. */
function driverOf({ Type, VolumeOptions }: Mount): VolumeDriver | undefined {
  const driver = VolumeOptions?.DriverConfig;
  return Type !== "volume" || (driver?.Name === undefined && driver?.Options === undefined) ? undefined : driver;
}

function onManager(
  name: string,
  asked: VolumeDriver,
  { request: { constraints } }: CheckedRequest,
  { volumes, nodes, managerId }: EngineSnapshot,
): string | undefined {
  const manager = eligibleNodes(nodes, constraints).find(({ ID }) => ID === managerId);
  const existing = manager && volumes.find(({ Name }) => Name === name);
  const difference = existing && volumeDifference({ Name: existing.Driver, Options: existing.Options }, asked);
  if (difference === undefined) return undefined;
  return `Volume ${name} exists on ${manager?.Description.Hostname} with ${difference}, and Docker would mount it unchanged`;
}

function inService(
  name: string,
  asked: VolumeDriver,
  { request }: CheckedRequest,
  { services }: EngineSnapshot,
): string | undefined {
  for (const { name: service, settings, mounts } of services) {
    for (const mount of service === request.name ? [] : (settings?.mounts ?? mounts ?? [])) {
      const present = mount.Source === name ? driverOf(mount) : undefined;
      const difference = present && volumeDifference(present, asked);
      if (difference !== undefined)
        return `Service ${service} mounts volume ${name} with ${difference}, and Docker would mount the same one`;
    }
  }
  return undefined;
}
