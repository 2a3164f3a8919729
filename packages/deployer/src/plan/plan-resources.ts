import type { Resource, ResourceKind, ServiceStatus } from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import { FILE_LABEL, otherPlatform, RESOURCE_LABEL, RESOURCE_LABELS, SPEC_LABEL, usesOf } from "../model/labels.js";
import { isOfProject, ownershipOf, ownerText, ownerTextOf, type Scope } from "../model/ownership.js";
import type { PlannedApp, PlannedOrphan, PlannedOther, PlannedResource } from "../model/plan.js";
import type { DesiredResource } from "../model/project.js";
import { isVolume, resourceId, resourcesOf, specHash } from "../model/resources.js";
import type { ProjectWarning } from "../model/warnings.js";
import { shown } from "./mask.js";

interface ResourcePlanOptions {
  prune: boolean;
  volumes: boolean;
  /** Labels that differ are a conflict, not a warning. */
  strict: boolean;
  takeOwnership: boolean;
  /** With whom a resource is shared: see {@link sharedResources}. */
  shared: ReadonlyMap<string, readonly string[]>;
  /** What runs now can be brought back after it has been changed. */
  rollsBack: boolean;
  /** The platform of the run. */
  platform: string;
}

/** What is planned so far. */
interface Planned {
  readonly apps: readonly PlannedApp[];
  readonly orphans: readonly PlannedOrphan[];
  readonly others: readonly PlannedOther[];
}

interface ResourcePlan {
  readonly resources: PlannedResource[];
  readonly warnings: ProjectWarning[];
}

/** Compares the resources that should be with those that exist. Pure. */
export function planResources(
  checked: CheckedProject,
  listed: readonly Resource[],
  planned: Planned,
  options: ResourcePlanOptions,
): ResourcePlan {
  const { apps, resources } = checked;
  const own = listed.filter(({ orchestrator }) => orchestrator === undefined);
  const present = Map.groupBy(own, resourceId);
  const taken = new Map(
    listed.filter(({ orchestrator }) => orchestrator !== undefined).map((one) => [resourceId(one), one] as const),
  );
  const warnings: ProjectWarning[] = [];
  const wanted = new Set([
    ...resources.map(({ spec }) => resourceId(spec)),
    ...apps.flatMap(({ request }) => resourcesOf(request)),
  ]);
  const keys = new Set(resources.map(({ key, spec }) => keyOf(spec.kind, key)));
  const users = usersAfterwards(planned, checked, options);
  const ours = own.filter((resource) => {
    const key = resource.labels[RESOURCE_LABEL];
    const isNamed = key !== undefined && keys.has(keyOf(resource.kind, key));
    return !wanted.has(resourceId(resource)) && ownershipOf(resource.labels, checked, isNamed) === "ours";
  });
  warnings.push(...twins(present, checked));
  return {
    resources: [
      ...resources.map((desired) => {
        const id = resourceId(desired.spec);
        const other = present.has(id) ? undefined : taken.get(id);
        return other === undefined
          ? planDesired(desired, present.get(id) ?? [], checked, options, warnings)
          : nameTaken(desired, other);
      }),
      ...ours.map((resource) => planLeft(resource, users.get(resourceId(resource)), keys, options)),
    ],
    warnings,
  };
}

const named = ({ key, spec, location }: DesiredResource) => ({
  kind: spec.kind,
  name: spec.name,
  key,
  ...(location && { location }),
});

const nameTaken = (desired: DesiredResource, { kind, name, orchestrator }: Resource): PlannedResource => ({
  ...named(desired),
  action: "conflict",
  reason: `A ${kind} ${name} exists already, and it belongs to ${orchestrator}.`,
  hint: `Choose another name; or, if the project is meant to run there, use that platform (--platform).`,
});

function planDesired(
  desired: DesiredResource,
  present: readonly Resource[],
  scope: Scope,
  { strict, takeOwnership, shared }: ResourcePlanOptions,
  warnings: ProjectWarning[],
): PlannedResource {
  const resource = named(desired);
  const { kind, name } = resource;
  const conflict = (reason: string, hint?: string): PlannedResource => ({
    ...resource,
    action: "conflict",
    reason,
    ...(hint !== undefined && { hint }),
  });
  const [found] = present;
  if (found === undefined) return { ...resource, action: "create" };
  if (present.length > 1) return conflict(ambiguous(kind, name, present), REMOVE_TWIN);
  const ownership = ownershipOf(found.labels, scope, true);
  if (ownership === "foreign") return conflict(`A ${kind} ${name} exists already, and this project did not make it.`);
  if (ownership === "other-directory" && !takeOwnership) {
    return conflict(
      `The ${kind} ${name} belongs to ${ownerTextOf(found.labels, scope)}.`,
      "Give one of the projects a `name:` of its own; or, if the directory has moved, run `ofdeploy up --take-ownership`.",
    );
  }
  const made = found.labels[SPEC_LABEL];
  if (made !== undefined && made !== specHash(desired)) {
    return conflict(
      `The ${kind} ${name} was made with other options than the file asks for, and an engine can't change them.`,
      REMAKE,
    );
  }
  const labels = changedLabels(found, desired);
  if (labels.length > 0) {
    const reason = `The ${kind} ${name} has other labels than the file asks for (${labels.join(", ")}), and an engine can't change them.`;
    if (strict) return conflict(reason, REMAKE);
    warnings.push({ code: "RESOURCE_LABELS", reason });
    return { ...resource, action: "unchanged", reason };
  }
  const sharers = shared.get(resourceId(resource));
  return { ...resource, action: "unchanged", ...(sharers && { reason: `Shared with ${sharers.join(" and ")}.` }) };
}

const REMAKE =
  "Undo the change; or remove what uses it (`ofdeploy down` removes it, too), and run `ofdeploy up` to make it again.";

const REMOVE_TWIN = "Remove all of them but one: `docker network ls --no-trunc` shows their ids.";

const ambiguous = (kind: ResourceKind, name: string, present: readonly Resource[]): string =>
  `There are ${present.length} ${kind}s named ${name} (${present.map(({ id }) => id.slice(0, 12)).join(", ")}), so that the name does not say which one is meant.`;

/** Networks that apps join, that the project does not declare, and that share a name. */
function twins(
  present: ReadonlyMap<string, readonly Resource[]>,
  { apps, resources }: CheckedProject,
): ProjectWarning[] {
  const declared = new Set(resources.map(({ spec }) => resourceId(spec)));
  const joined = new Set(apps.flatMap(({ request: { networks = [] } }) => networks));
  return [...joined].flatMap((name): ProjectWarning[] => {
    const id = resourceId({ kind: "network", name });
    const some = present.get(id) ?? [];
    if (some.length < 2 || declared.has(id)) return [];
    return [{ code: "AMBIGUOUS_NETWORK", reason: `${ambiguous("network", name, some)} ${REMOVE_TWIN}` }];
  });
}

const labelText = (key: string, value: string | undefined): string =>
  value === undefined ? "(none)" : shown(`labels.${key}`, value, {}).text;

/** `team: a => b`: the labels that the file asks for otherwise than they are; ofdeploy's own do not count. */
function changedLabels({ labels }: Resource, { spec }: DesiredResource): string[] {
  const wanted = spec.labels ?? {};
  const keys = new Set([...Object.keys(labels), ...Object.keys(wanted)]);
  return [...keys]
    .filter((key) => !RESOURCE_LABELS.includes(key) && labels[key] !== wanted[key])
    .sort()
    .map((key) => `${key}: ${labelText(key, labels[key])} => ${labelText(key, wanted[key])}`);
}

/** What becomes of a resource of the project that the file does not ask for. */
function planLeft(
  { kind, name, labels }: Resource,
  user: string | undefined,
  keys: ReadonlySet<string>,
  { prune, volumes, platform }: ResourcePlanOptions,
): PlannedResource {
  const key = labels[RESOURCE_LABEL];
  const resource = { kind, name, ...(key !== undefined && { key }) };
  if (user !== undefined) return { ...resource, action: "keep", reason: user };
  const other = otherPlatform(labels, platform);
  if (other !== undefined) return { ...resource, action: "keep", reason: `It was made on the platform ${other}.` };
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
function usersAfterwards(
  { apps, orphans, others }: Planned,
  scope: Scope,
  { rollsBack }: ResourcePlanOptions,
): Map<string, string> {
  const users = new Map<string, string>();
  const add = (labels: ServiceStatus["labels"] | undefined, reason: string): void => {
    for (const id of labels === undefined ? [] : usesOf(labels)) users.set(id, reason);
  };
  for (const { app, owner, status } of others) {
    add(status.previous?.labels, `A rollback of ${app} (${ownerText(owner, scope)}) needs it.`);
    add(status.labels, `${app} (${ownerText(owner, scope)}) uses it.`);
  }
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
