import type { Resource, ResourceKind, ServiceStatus } from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import type { DesiredResource } from "../desired.js";
import { PROJECT_LABEL, RESOURCE_LABEL, SPEC_LABEL, usesOf } from "../ownership/labels.js";
import { specHash } from "../resources/mark-resource.js";
import { resourceId, resourcesOf } from "../resources/resource-id.js";
import type { PlannedApp, PlannedOrphan, PlannedResource } from "./plan.js";

export interface ResourcePlanOptions {
  prune: boolean;
  volumes: boolean;
  /** What runs now can be brought back after it has been changed. */
  rollsBack: boolean;
}

/** What is planned so far. */
interface Planned {
  readonly apps: readonly PlannedApp[];
  readonly orphans: readonly PlannedOrphan[];
}

/** Compares the resources that should be with those that are there. Pure. */
export function planResources(
  { project, apps, resources }: CheckedProject,
  listed: readonly Resource[],
  planned: Planned,
  options: ResourcePlanOptions,
): PlannedResource[] {
  const there = new Map(listed.map((resource) => [resourceId(resource), resource]));
  const wanted = new Set([
    ...resources.map(({ spec }) => resourceId(spec)),
    ...apps.flatMap(({ request }) => resourcesOf(request)),
  ]);
  const keys = new Set(resources.map(({ key, spec }) => keyOf(spec.kind, key)));
  const users = usersAfterwards(planned, options);
  const ours = listed.filter((resource) => resource.labels[PROJECT_LABEL] === project && !wanted.has(resourceId(resource)));
  return [
    ...resources.map((desired) => planDesired(desired, there.get(resourceId(desired.spec)), project)),
    ...ours.map((resource) => planLeft(resource, users.get(resourceId(resource)), keys, options)),
  ];
}

/** Where no listing is needed: every desired resource is there, since what runs could not run without. */
export const allUnchanged = (resources: readonly DesiredResource[]): PlannedResource[] =>
  resources.map((desired) => ({ ...named(desired), action: "unchanged" }));

const named = ({ key, spec, location }: DesiredResource) => ({
  kind: spec.kind,
  name: spec.name,
  key,
  ...(location && { location }),
});

function planDesired(desired: DesiredResource, there: Resource | undefined, project: string): PlannedResource {
  const resource = named(desired);
  if (there === undefined) return { ...resource, action: "create" };
  const { kind, name } = resource;
  if (there.labels[PROJECT_LABEL] !== project) {
    return { ...resource, action: "conflict", reason: `A ${kind} ${name} is there already, and this project did not make it.` };
  }
  const made = there.labels[SPEC_LABEL];
  if (made !== undefined && made !== specHash(desired)) {
    return { ...resource, action: "conflict", reason: `The ${kind} ${name} was made with other options, which can't be changed.` };
  }
  return { ...resource, action: "unchanged" };
}

/** What becomes of a resource of the project that the file does not ask for. */
function planLeft(
  { kind, name, labels }: Resource,
  user: string | undefined,
  keys: ReadonlySet<string>,
  { prune, volumes }: ResourcePlanOptions,
): PlannedResource {
  const key = labels[RESOURCE_LABEL];
  const resource = { kind, name, ...(key !== undefined && { key }) };
  if (user !== undefined) return { ...resource, action: "keep", reason: user };
  if (kind === "volume") {
    if (prune && volumes) return { ...resource, action: "remove", reason: "The file no longer asks for it." };
    return { ...resource, action: "keep", reason: "The file no longer asks for it, and it may hold data." };
  }
  const isContent = kind === "config" || kind === "secret";
  if (isContent && key !== undefined && keys.has(keyOf(kind, key))) {
    return { ...resource, action: "remove", reason: `The ${kind} ${key} has other content now.` };
  }
  if (prune) return { ...resource, action: "remove", reason: "The file no longer asks for it." };
  return { ...resource, action: "keep", reason: "The file no longer asks for it." };
}

const keyOf = (kind: ResourceKind, key: string): string => `${kind} ${key}`;

/** By resource, which service will use it, or would if it were rolled back. */
function usersAfterwards({ apps, orphans }: Planned, { rollsBack }: ResourcePlanOptions): Map<string, string> {
  const users = new Map<string, string>();
  const add = (labels: ServiceStatus["labels"] | undefined, reason: string): void => {
    for (const id of labels === undefined ? [] : usesOf(labels)) users.set(id, reason);
  };
  for (const { app, action, status } of [...apps, ...orphans]) {
    const previous = `A rollback of ${app} needs it.`;
    if (action === "unchanged" || action === "keep" || action === "conflict") {
      add(status?.previous?.labels, previous);
      add(status?.labels, `${app} uses it.`);
    }
    if ((action === "update" || action === "adopt") && rollsBack) add(status?.labels, previous);
  }
  return users;
}
