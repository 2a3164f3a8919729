import type { Resource } from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import { FILE_LABEL, usesOf } from "../ownership/labels.js";
import { isOfProject, ownershipOf, ownerTextOf } from "../ownership/ownership.js";
import { isVolume, resourceId, resourcesOf } from "../resources/resource-id.js";
import type { PlannedOther } from "./plan.js";

/** Networks, volumes, configs and secrets that the run's files share with others of the project: by id, with whom. */
export function sharedResources(
  checked: CheckedProject,
  others: readonly PlannedOther[],
  listed: readonly Resource[] = [],
): Map<string, string[]> {
  const declared = checked.resources.map(({ spec }) => resourceId(spec));
  const volumes = checked.apps.flatMap(({ request }) => resourcesOf(request)).filter(isVolume);
  const wanted = new Set([...declared, ...volumes]);
  const shared = new Map<string, Set<string>>();
  const add = (id: string, labels: Readonly<Record<string, string>>): void => {
    if (!wanted.has(id)) return;
    const owners = shared.get(id) ?? new Set();
    shared.set(id, owners.add(ownerTextOf(labels, checked)));
  };
  for (const { status } of others) for (const id of usesOf(status.labels)) add(id, status.labels);
  for (const resource of listed) {
    const ownership = ownershipOf(resource.labels, checked, true);
    if (ownership !== "ours" && isOfProject(ownership) && resource.labels[FILE_LABEL] !== undefined)
      add(resourceId(resource), resource.labels);
  }
  return new Map([...shared].map(([id, owners]) => [id, [...owners].sort()]));
}
