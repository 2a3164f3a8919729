import {
  ambiguousNetwork,
  type CheckedRequest,
  type NetworkDetails,
  type Problem,
  volumeConflict,
} from "@openfactory/docker-engine";
import { missingFiles } from "../files/prepare-files.js";
import type { EngineSnapshot } from "./snapshot.js";

const NANO = 1_000_000_000;
const MEBIBYTE = 2 ** 20;

/** Networks that are missing, or that containers can't join. */
export function checkNetworks({ request: { networks = [] } }: CheckedRequest, snapshot: EngineSnapshot): Problem[] {
  return networks.flatMap((name, index) => {
    const found = snapshot.networks.find((network) => network.Name === name || network.Id === name);
    const ambiguous = ambiguousNetwork(name, snapshot.networks);
    const problem: Problem | undefined = ambiguous
      ? { code: "CONFLICT", ...ambiguous }
      : found === undefined
        ? missingNetwork(name, snapshot)
        : notAttachable(found);
    return problem === undefined ? [] : [{ ...problem, field: `networks[${index}]` }];
  });
}

function missingNetwork(name: string, { info, host }: EngineSnapshot): Problem | undefined {
  // A worker of a swarm knows a network only while one of its tasks or containers uses it.
  const isWorker = info?.Swarm.LocalNodeState === "active" && !info.Swarm.ControlAvailable;
  if (name === "default" || isWorker) return undefined;
  return {
    code: "NETWORK_NOT_FOUND",
    message: `There is no network ${name} on ${host}`,
    hint: `Create the network with \`docker network create ${name}\`, or correct its name.`,
  };
}

function notAttachable({ Name, Scope, Attachable, Ingress }: NetworkDetails): Problem | undefined {
  if (Scope !== "swarm" || (Attachable && !Ingress)) return undefined;
  return {
    code: "CONFLICT",
    message: `Network ${Name} belongs to the swarm, and is not attachable: containers can't join it`,
    hint: "Create the network again with --attachable, or deploy with --platform swarm.",
  };
}

/**
 * Volumes that exist with another driver or other options. A mount without a driver accepts any volume. The engine does not
 * report whether the source of a bind mount exists.
 */
export function checkVolumes(
  { request: { mounts = [] } }: CheckedRequest,
  { volumes, host }: EngineSnapshot,
): Problem[] {
  return mounts.flatMap(({ Type, Source, VolumeOptions }, index): Problem[] => {
    const existing = Type === "volume" && Source !== undefined ? volumes.get(Source) : undefined;
    const requested = VolumeOptions?.DriverConfig;
    const message = existing && requested && volumeConflict(existing, requested, host);
    if (message === undefined) return [];
    const hint = `Use another volume name. If its data is not needed, remove the volume: \`docker volume rm ${Source}\`.`;
    return [{ code: "CONFLICT", field: `mounts[${index}]`, message, hint }];
  });
}

/** Secrets and configs that are missing. */
export const checkFiles = ({ request }: CheckedRequest, { files, host }: EngineSnapshot): Problem[] =>
  missingFiles(request, files, host).map((missing) => ({ code: "NOT_FOUND", ...missing }));

/** Limits and reservations that are larger than the host. */
export function checkLimits({ request: { resources } }: CheckedRequest, { info, host }: EngineSnapshot): Problem[] {
  if (info === undefined) return [];
  const { NCPU, MemTotal } = info;
  const cpus = resources?.Limits?.NanoCPUs;
  const memory = [
    ["Limits", resources?.Limits?.MemoryBytes],
    ["Reservations", resources?.Reservations?.MemoryBytes],
  ] as const;
  const problem = (field: string, requested: string, available: string): Problem => ({
    code: "INVALID_REQUEST",
    field: `resources.${field}`,
    message: `Requests ${requested}; ${host} has ${available}`,
    hint: "Request less, or deploy to a larger host.",
  });
  return [
    ...(cpus !== undefined && cpus > NCPU * NANO ? [problem("Limits.NanoCPUs", `${cpus / NANO} CPUs`, `${NCPU}`)] : []),
    ...memory.flatMap(([section, bytes]) =>
      bytes !== undefined && bytes > MemTotal
        ? [problem(`${section}.MemoryBytes`, `${mebibytes(bytes)} of memory`, mebibytes(MemTotal))]
        : [],
    ),
  ];
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / MEBIBYTE)} MiB`;
