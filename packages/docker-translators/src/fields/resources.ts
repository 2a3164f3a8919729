import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import { requireApi, type TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { HostConfig, Ulimit } from "../engine-api/container-types.js";
import type { ContainerSpec, TaskSpec } from "../engine-api/service-types.js";
import { copyDefined, hasKeys, withoutEmpty } from "../plain-data.js";

type ResourcesField = Pick<NormalizedRequest, "resources">;
type HostResources = Pick<HostConfig, "NanoCpus" | "Memory" | "MemoryReservation" | "PidsLimit">;

/**
 * `resources` to `NanoCpus`, `Memory`, `MemoryReservation` and `PidsLimit` of HostConfig. `MemorySwap` is left to the
 * engine, as the swarm's agent does. A container can't reserve CPUs.
 */
export const toHostResources = ({ resources }: ResourcesField): HostResources =>
  copyDefined({
    NanoCpus: resources?.Limits?.NanoCPUs,
    Memory: resources?.Limits?.MemoryBytes,
    MemoryReservation: resources?.Reservations?.MemoryBytes,
    PidsLimit: resources?.Limits?.Pids,
  });

/** The same keys of HostConfig to `resources`. */
export const fromHostResources = (config: Answered<HostResources>): Pick<ServiceSettings, "resources"> =>
  toResources({
    Limits: {
      NanoCPUs: limit(config.NanoCpus),
      MemoryBytes: limit(config.Memory),
      Pids: limit(config.PidsLimit),
    },
    Reservations: { MemoryBytes: limit(config.MemoryReservation) },
  });

/** For the engine, 0 is no limit; for the number of processes, -1 is as well. */
const limit = (value: number | null | undefined): number | undefined => (value && value > 0 ? value : undefined);

/**
 * `resources` to `Resources` of TaskSpec. The scheduler sets a reservation aside on a node.
 * @throws DeploymentError `UNSUPPORTED` for `Limits.Pids` below API 1.41.
 */
export function toTaskResources(
  { resources }: ResourcesField,
  context: TranslationContext,
): Pick<TaskSpec, "Resources"> {
  if (resources === undefined) return {};
  if (resources.Limits?.Pids !== undefined) requireApi(context, "1.41", "resources.Limits.Pids");
  const sections = Object.entries(copyDefined(resources)).filter(([, section]) => hasKeys(section));
  return sections.length === 0 ? {} : { Resources: Object.fromEntries(sections) };
}

/** `Resources` of TaskSpec to `resources`, without empty sections. */
export function fromTaskResources({
  Resources,
}: Answered<Pick<TaskSpec, "Resources">>): Pick<ServiceSettings, "resources"> {
  const { NanoCPUs, MemoryBytes, Pids } = Resources?.Limits ?? {};
  const reserved = Resources?.Reservations ?? {};
  return toResources({
    Limits: { NanoCPUs, MemoryBytes, Pids },
    Reservations: { NanoCPUs: reserved.NanoCPUs, MemoryBytes: reserved.MemoryBytes },
  });
}

function toResources({
  Limits,
  Reservations,
}: Answered<NonNullable<NormalizedRequest["resources"]>>): Pick<ServiceSettings, "resources"> {
  const resources = withoutEmpty({ Limits: withoutEmpty(Limits), Reservations: withoutEmpty(Reservations) });
  return resources === undefined ? {} : { resources };
}

type OpenFilesField = Pick<NormalizedRequest, "openFiles">;

/** The soft and the hard limit are the same, so that a process can't raise its limit. */
const nofile = (limit: number): Ulimit[] => [{ Name: "nofile", Soft: limit, Hard: limit }];

/** `openFiles` to `Ulimits` of HostConfig. Default: the engine's. */
export const toHostUlimits = ({ openFiles }: OpenFilesField): Pick<HostConfig, "Ulimits"> =>
  openFiles === undefined ? {} : { Ulimits: nofile(openFiles) };

/**
 * `openFiles` to `Ulimits` of ContainerSpec. Default: the engine's.
 * @throws DeploymentError `UNSUPPORTED` below API 1.41.
 */
export function toServiceUlimits(request: OpenFilesField, context: TranslationContext): Pick<ContainerSpec, "Ulimits"> {
  if (request.openFiles === undefined) return {};
  requireApi(context, "1.41", "openFiles");
  return { Ulimits: nofile(request.openFiles) };
}

/** The soft limit of `nofile`, which applies to the process, in `Ulimits` of HostConfig and ContainerSpec to `openFiles`. */
export function fromUlimits({ Ulimits }: { readonly Ulimits?: readonly Ulimit[] | null }): OpenFilesField {
  const openFiles = Ulimits?.find(({ Name }) => Name === "nofile")?.Soft;
  return openFiles === undefined ? {} : { openFiles };
}
