import type { Resource, ResourceKind, ServiceStatus } from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import {
  FILE_LABEL,
  otherPlatform,
  ownerOf,
  RESOURCE_LABEL,
  RESOURCE_LABELS,
  SPEC_LABEL,
  usesOf,
} from "../model/labels.js";
import { describeOwnerOf, isOfProject, ownershipOf, type Scope } from "../model/ownership.js";
import type { Plan, PlannedOther, PlannedResource } from "../model/plan.js";
import type { DesiredResource } from "../model/project.js";
import { isVolume, resourceId, resourcesOf, specHash } from "../model/resources.js";
import type { ProjectWarning } from "../model/warnings.js";
import { maskValue } from "./mask.js";

interface ResourcePlanOptions {
  prune: boolean;
  volumes: boolean;
  /** A difference in labels is a conflict, not a warning. */
  strict: boolean;
  takeOwnership: boolean;
  /** The other owners of a resource, by id: see {@link sharedResources}. */
  shared: ReadonlyMap<string, readonly string[]>;
  /** Whether the platform can roll a service back, so that its previous version needs its resources. */
  canRollBack: boolean;
  /** The platform of the run. */
  platform: string;
}

type PlannedServices = Pick<Plan, "apps" | "orphans" | "others">;

/** Compares the desired resources with the existing ones. Pure. */
export function planResources(
  checked: CheckedProject,
  listed: readonly Resource[],
  planned: PlannedServices,
  options: ResourcePlanOptions,
): Pick<Plan, "resources" | "warnings"> {
  const { apps, resources } = checked;
  const own = listed.filter(({ orchestrator }) => orchestrator === undefined);
  const present = Map.groupBy(own, resourceId);
  const foreign = new Map(
    listed
      .filter(({ orchestrator }) => orchestrator !== undefined)
      .map((resource) => [resourceId(resource), resource] as const),
  );
  const warnings: ProjectWarning[] = [];
  const wanted = new Set([
    ...resources.map(({ spec }) => resourceId(spec)),
    ...apps.flatMap(({ request }) => resourcesOf(request)),
  ]);
  const keys = new Set(resources.map(({ key, spec }) => keyOf(spec.kind, key)));
  const users = findUsers(planned, checked, options);
  const ours = own.filter((resource) => {
    // A resource that the selected apps don't use may be one of the other apps.
    if (checked.isPartial) return false;
    const key = resource.labels[RESOURCE_LABEL];
    const isNamed = key !== undefined && keys.has(keyOf(resource.kind, key));
    return !wanted.has(resourceId(resource)) && ownershipOf(resource.labels, checked, isNamed) === "ours";
  });
  warnings.push(...duplicateNetworks(present, checked));
  return {
    resources: [
      ...resources.map((desired) => {
        const id = resourceId(desired.spec);
        const other = present.has(id) ? undefined : foreign.get(id);
        return other === undefined
          ? planDesired(desired, present.get(id) ?? [], checked, options, warnings)
          : nameTaken(desired, other);
      }),
      ...ours.map((resource) => planUnneeded(resource, users.get(resourceId(resource)), keys, options)),
    ],
    warnings,
  };
}

const identityOf = ({ key, spec, location }: DesiredResource) => ({
  kind: spec.kind,
  name: spec.name,
  key,
  ...(location && { location }),
});

const nameTaken = (desired: DesiredResource, { kind, name, orchestrator }: Resource): PlannedResource => ({
  ...identityOf(desired),
  action: "conflict",
  reason: `A ${kind} named ${name} already exists, and it belongs to ${orchestrator}.`,
  hint: `Choose another name, or deploy the project on that platform with --platform.`,
});

function planDesired(
  desired: DesiredResource,
  present: readonly Resource[],
  scope: Scope,
  { strict, takeOwnership, shared }: ResourcePlanOptions,
  warnings: ProjectWarning[],
): PlannedResource {
  const resource = identityOf(desired);
  const { kind, name } = resource;
  const conflict = (reason: string, hint?: string): PlannedResource => ({
    ...resource,
    action: "conflict",
    reason,
    ...(hint !== undefined && { hint }),
  });
  const [found] = present;
  if (found === undefined) return { ...resource, action: "create" };
  if (present.length > 1) return conflict(describeDuplicates(kind, name, present), REMOVE_DUPLICATES_HINT);
  const ownership = ownershipOf(found.labels, scope, true);
  if (ownership === "foreign")
    return conflict(`A ${kind} named ${name} already exists, and it does not belong to this project.`);
  if (ownership === "other-directory" && !takeOwnership) {
    return conflict(
      `The ${kind} ${name} belongs to ${describeOwnerOf(found.labels, scope)}.`,
      "Set a different `name:` in one of the two projects. If the directory was moved, run `ofdeploy up --take-ownership`.",
    );
  }
  if (found.incomplete) return { ...resource, action: "create", reason: "Its creation was interrupted." };
  const createdFrom = found.labels[SPEC_LABEL];
  if (createdFrom !== undefined && createdFrom !== specHash(desired)) {
    return conflict(
      `The options of the ${kind} ${name} differ from the file, and an engine can't change them.`,
      RECREATE_HINT,
    );
  }
  const labels = changedLabels(found, desired);
  if (labels.length > 0) {
    const reason = `The labels of the ${kind} ${name} differ from the file (${labels.join(", ")}), and an engine can't change them.`;
    if (strict) return conflict(reason, RECREATE_HINT);
    warnings.push({ code: "RESOURCE_LABELS", reason });
    return { ...resource, action: "unchanged", reason };
  }
  const sharers = shared.get(resourceId(resource));
  return { ...resource, action: "unchanged", ...(sharers && { reason: `Shared with ${sharers.join(" and ")}.` }) };
}

const RECREATE_HINT =
  "Undo the change in the file; or run `ofdeploy down`, which removes it with its users, and then `ofdeploy up`.";

const REMOVE_DUPLICATES_HINT = "Keep one and remove the others. `docker network ls --no-trunc` shows their ids.";

const describeDuplicates = (kind: ResourceKind, name: string, present: readonly Resource[]): string =>
  `There are ${present.length} ${kind}s named ${name} (${present.map(({ id }) => id.slice(0, 12)).join(", ")}), so the name is ambiguous.`;

/** Warns about external networks that apps join by a name that several networks have. */
function duplicateNetworks(
  present: ReadonlyMap<string, readonly Resource[]>,
  { apps, resources }: CheckedProject,
): ProjectWarning[] {
  const declared = new Set(resources.map(({ spec }) => resourceId(spec)));
  const joined = new Set(apps.flatMap(({ request: { networks = [] } }) => networks));
  return [...joined].flatMap((name): ProjectWarning[] => {
    const id = resourceId({ kind: "network", name });
    const some = present.get(id) ?? [];
    if (some.length < 2 || declared.has(id)) return [];
    return [
      { code: "AMBIGUOUS_NETWORK", reason: `${describeDuplicates("network", name, some)} ${REMOVE_DUPLICATES_HINT}` },
    ];
  });
}

const labelText = (key: string, value: string | undefined): string =>
  value === undefined ? "(none)" : maskValue(`labels.${key}`, value, {}).text;

/** The labels that differ from the file, each as `team: a => b`. Labels of ofdeploy are left out. */
function changedLabels({ labels }: Resource, { spec }: DesiredResource): string[] {
  // Maps, since every object inherits properties such as `constructor`, which are not labels.
  const actual = new Map(Object.entries(labels));
  const wanted = new Map(Object.entries(spec.labels ?? {}));
  return [...new Set([...actual.keys(), ...wanted.keys()])]
    .filter((key) => !RESOURCE_LABELS.includes(key) && actual.get(key) !== wanted.get(key))
    .sort()
    .map((key) => `${key}: ${labelText(key, actual.get(key))} => ${labelText(key, wanted.get(key))}`);
}

/** Plans a resource of the project that the file does not contain. */
function planUnneeded(
  { kind, name, labels }: Resource,
  user: string | undefined,
  keys: ReadonlySet<string>,
  { prune, volumes, platform }: ResourcePlanOptions,
): PlannedResource {
  const key = labels[RESOURCE_LABEL];
  const resource = { kind, name, ...(key !== undefined && { key }) };
  if (user !== undefined) return { ...resource, action: "keep", reason: user };
  const other = otherPlatform(labels, platform);
  if (other !== undefined) return { ...resource, action: "keep", reason: `Created on the platform ${other}.` };
  if (kind === "volume") {
    if (prune && volumes) return { ...resource, action: "remove", reason: "No longer in the file." };
    return { ...resource, action: "keep", reason: "No longer in the file, and may contain data." };
  }
  const isContent = kind === "config" || kind === "secret";
  if (isContent && key !== undefined && keys.has(keyOf(kind, key))) {
    return { ...resource, action: "remove", reason: `The ${kind} ${key} has new content.` };
  }
  if (prune) return { ...resource, action: "remove", reason: "No longer in the file." };
  return { ...resource, action: "keep", reason: "No longer in the file." };
}

const keyOf = (kind: ResourceKind, key: string): string => `${kind} ${key}`;

/** Why a resource is needed after the run, by its id: a service uses it, or would use it after a rollback. */
function findUsers(
  { apps, orphans, others }: PlannedServices,
  scope: Scope,
  { canRollBack }: ResourcePlanOptions,
): Map<string, string> {
  const users = otherUsers(
    others.map(({ status }) => status),
    scope,
  );
  const add = (labels: ServiceStatus["labels"] | undefined, reason: string): void => {
    for (const id of labels === undefined ? [] : usesOf(labels)) users.set(id, reason);
  };
  for (const { app, action, status } of [...apps, ...orphans]) {
    const previous = `Needed for a rollback of ${app}.`;
    if (action === "unchanged" || action === "keep" || action === "conflict") {
      add(status?.previous?.labels, previous);
      add(status?.labels, `Used by ${app}.`);
    }
    if ((action === "update" || action === "adopt") && canRollBack) add(status?.labels, previous);
  }
  return users;
}

/** Why a resource is needed, by its id: one of the services uses it, or would use it after a rollback. */
export function otherUsers(services: readonly ServiceStatus[], scope: Scope): Map<string, string> {
  const users = new Map<string, string>();
  const add = (labels: ServiceStatus["labels"] = {}, reason: string): void => {
    for (const id of usesOf(labels)) if (!users.has(id)) users.set(id, reason);
  };
  const named = ({ name, labels }: ServiceStatus): string =>
    `${ownerOf(labels)?.app ?? name} (${describeOwnerOf(labels, scope)})`;
  for (const service of services) add(service.labels, `Used by ${named(service)}.`);
  for (const service of services) add(service.previous?.labels, `Needed for a rollback of ${named(service)}.`);
  return users;
}

/** The resources that the run's files share with other files of the project: their other owners, by id. */
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
    shared.set(id, owners.add(describeOwnerOf(labels, checked)));
  };
  for (const { status } of others) for (const id of usesOf(status.labels)) add(id, status.labels);
  for (const resource of listed) {
    const ownership = ownershipOf(resource.labels, checked, true);
    if (ownership !== "ours" && isOfProject(ownership) && resource.labels[FILE_LABEL] !== undefined)
      add(resourceId(resource), resource.labels);
  }
  return new Map([...shared].map(([id, owners]) => [id, [...owners].sort()]));
}
