import { type Mount, volumeDifference } from "@openfactory/deploy-core";
import { ambiguousNetwork, type NetworkDetails, type VolumeDetails } from "@openfactory/docker-engine";
import type { Candidate, Finding } from "./candidate.js";
import type { World } from "./snapshot.js";

/** Networks that are missing, or that containers may not join. */
export function checkNetworks({ request: { networks = [] } }: Candidate, world: World): Finding[] {
  return networks.flatMap((name, index) => {
    const found = world.networks.find((network) => network.Name === name || network.Id === name);
    const ambiguous = ambiguousNetwork(name, world.networks);
    const finding: Finding | undefined = ambiguous
      ? { code: "CONFLICT", ...ambiguous }
      : found === undefined
        ? missing(name, world)
        : closed(found);
    return finding === undefined ? [] : [{ ...finding, field: `networks[${index}]` }];
  });
}

function missing(name: string, { info, host }: World): Finding | undefined {
  // A swarm's worker learns of its networks when something of it joins them.
  const isWorker = info?.Swarm.LocalNodeState === "active" && !info.Swarm.ControlAvailable;
  if (name === "default" || isWorker) return undefined;
  return {
    code: "NETWORK_NOT_FOUND",
    message: `there is no network ${name} on ${host}`,
    hint: `Create it first (docker network create ${name}), or correct its name.`,
  };
}

function closed({ Name, Scope, Attachable, Ingress }: NetworkDetails): Finding | undefined {
  if (Scope !== "swarm" || (Attachable && !Ingress)) return undefined;
  return {
    code: "CONFLICT",
    message: `${Name} is a network of the swarm that containers may not join`,
    hint: "Create it anew with --attachable, or deploy on the platform swarm.",
  };
}

/**
 * Volumes that exist with another driver or other options. The engine mounts an existing volume as it is and reports
 * nothing, so the service would read and write other data. No engine can say whether the source of a bind exists.
 */
export function checkVolumes({ request: { mounts = [] } }: Candidate, { volumes, host }: World): Finding[] {
  return mounts.flatMap((mount, index): Finding[] => {
    const existing = mount.Type === "volume" && mount.Source !== undefined ? volumes.get(mount.Source) : undefined;
    const difference = existing && differenceOf(existing, mount);
    if (difference === undefined) return [];
    return [
      {
        code: "CONFLICT",
        field: `mounts[${index}]`,
        message: `the volume ${mount.Source} exists on ${host} with ${difference}, and Docker would mount it unchanged`,
        hint: `Use a volume of another name; or, if its data is not needed, remove it first: docker volume rm ${mount.Source}.`,
      },
    ];
  });
}

/** A mount without a driver takes any volume. */
const differenceOf = ({ Driver, Options }: VolumeDetails, { VolumeOptions }: Mount): string | undefined =>
  VolumeOptions?.DriverConfig && volumeDifference({ Name: Driver, Options }, VolumeOptions.DriverConfig);

const NANO = 1_000_000_000;
const MEBIBYTE = 2 ** 20;

/** Limits and reservations that the host can't give. */
export function checkLimits({ request: { resources } }: Candidate, { info, host }: World): Finding[] {
  if (info === undefined) return [];
  const { NCPU, MemTotal } = info;
  const cpus = resources?.Limits?.NanoCPUs;
  const memory = [
    ["Limits", resources?.Limits?.MemoryBytes],
    ["Reservations", resources?.Reservations?.MemoryBytes],
  ] as const;
  const finding = (field: string, message: string): Finding => ({
    code: "INVALID_REQUEST",
    field: `resources.${field}`,
    message: `${message} on ${host}`,
    hint: "Ask for no more than the host has, or deploy where there is more.",
  });
  return [
    ...(cpus !== undefined && cpus > NCPU * NANO
      ? [finding("Limits.NanoCPUs", `${cpus / NANO} CPUs are more than the ${NCPU}`)]
      : []),
    ...memory.flatMap(([section, bytes]) =>
      bytes !== undefined && bytes > MemTotal
        ? [finding(`${section}.MemoryBytes`, `${mebibytes(bytes)} of memory are more than the ${mebibytes(MemTotal)}`)]
        : [],
    ),
  ];
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / MEBIBYTE)} MiB`;
