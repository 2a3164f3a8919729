import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { HostConfig } from "../engine-api/container.js";
import type { TaskSpec } from "../engine-api/service.js";
import { copyDefined, hasKeys } from "../support/copy-defined.js";
import { requireApi, type TranslationContext } from "../api-version.js";

type ResourcesField = Pick<NormalizedRequest, "resources">;

/**
 * `resources` to `NanoCpus`, `Memory`, `MemoryReservation` and `PidsLimit` of HostConfig. `MemorySwap` is left to the
 * engine, as the swarm's agent leaves it. A container can't express a CPU reservation.
 */
export const toHostResources = ({
  resources,
}: ResourcesField): Pick<HostConfig, "NanoCpus" | "Memory" | "MemoryReservation" | "PidsLimit"> =>
  copyDefined({
    NanoCpus: resources?.Limits?.NanoCPUs,
    Memory: resources?.Limits?.MemoryBytes,
    MemoryReservation: resources?.Reservations?.MemoryBytes,
    PidsLimit: resources?.Limits?.Pids,
  });

/**
 * `resources` to `Resources` of TaskSpec. There a reservation is what the scheduler sets aside on a node.
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
