import type { ErrorIssue } from "@openfactory/deploy-core";
import type { FieldChange } from "../model/plan.js";
import { resourceId } from "../model/resources.js";
import type { PlanBasis, ReviewedPlan, SavedPlan, ServiceBasis } from "../model/saved-plan.js";

type Comparable = Pick<SavedPlan, "plan" | "basis">;

/** The differences between a saved plan and a new one, in clauses. Positions and warnings do not count. */
export function comparePlans(saved: Comparable, now: Comparable): ErrorIssue[] {
  return [
    ...compareTargets(saved, now),
    ...compareApps(saved, now),
    ...compareOrphans(saved, now),
    ...compareOthers(saved.plan, now.plan),
    ...compareResources(saved, now),
  ];
}

function compareTargets(saved: Comparable, now: Comparable): ErrorIssue[] {
  const issues: ErrorIssue[] = [];
  const add = (message: string, hint?: string): void => void issues.push({ message, ...(hint && { hint }) });
  const named = ({ plan: { project, platform } }: Comparable): string =>
    `project ${project} on the platform ${platform}`;
  if (named(saved) !== named(now)) add(`it was made for the ${named(saved)}, and this is the ${named(now)}`);
  const engine = now.basis.engine ?? "unknown";
  if ((saved.basis.engine ?? "unknown") !== engine) {
    add(
      `it was made for the engine ${saved.basis.engine ?? "unknown"}, and this is the engine ${engine}`,
      "Pass the --host or --context with which the plan was made.",
    );
  }
  const { added, removed } = compareKeys(saved.basis.files ?? [], now.basis.files ?? [], (file) => file);
  for (const file of added) add(`the file ${file} is new`);
  for (const file of removed) add(`the file ${file} is missing`);
  return issues;
}

/** Pairs the elements of two lists by their key. */
function compareKeys<Saved, Now>(
  saved: readonly Saved[],
  now: readonly Now[],
  keyOf: (element: Saved | Now) => string,
) {
  const before = new Map(saved.map((element) => [keyOf(element), element]));
  const after = new Map(now.map((element) => [keyOf(element), element]));
  return {
    added: now.filter((element) => !before.has(keyOf(element))),
    removed: saved.filter((element) => !after.has(keyOf(element))),
    common: now.flatMap((element) => {
      const other = before.get(keyOf(element));
      return other === undefined ? [] : [[other, element] as const];
    }),
  };
}

type ReviewedApp = ReviewedPlan["apps"][number];

const byService = ({ services }: PlanBasis): ReadonlyMap<string, ServiceBasis> =>
  new Map(services.map((service) => [service.service, service]));

function compareApps(saved: Comparable, now: Comparable): ErrorIssue[] {
  const [savedServices, services] = [byService(saved.basis), byService(now.basis)];
  const { added, removed, common } = compareKeys(saved.plan.apps, now.plan.apps, ({ service }) => service);
  const issue = ({ app, location }: ReviewedApp, text: string): ErrorIssue => ({
    message: `${app}: ${text}`,
    location,
  });
  return [
    ...added.map((app) => issue(app, "the app is new in the files")),
    ...removed.map((app) => issue(app, "the app is no longer in the files")),
    ...common.flatMap(([before, app]) => {
      const versions = [savedServices.get(app.service), services.get(app.service)] as const;
      const changes = compareChanges(before.changes, app.changes);
      const causes = compareVersions(...versions, [before.action, app.action]);
      const texts = [...causes, ...(before.action === app.action ? changes : [])];
      if (texts.length === 0 && before.action !== app.action)
        texts.push(`planned to be ${PAST[before.action]}, and would now be ${PAST[app.action]}`);
      if (texts.length === 0 && before.reason !== app.reason)
        texts.push(`planned because: ${before.reason ?? "(none)"} Now: ${app.reason ?? "(none)"}`);
      return texts.map((text) => issue(app, text));
    }),
  ];
}

const PAST = {
  create: "created",
  update: "updated",
  replace: "replaced",
  unchanged: "left unchanged",
  adopt: "adopted",
  conflict: "a conflict",
} as const satisfies Record<ReviewedApp["action"], string>;

type Actions = readonly [saved: ReviewedApp["action"], now: ReviewedApp["action"]];

/** What changed about a service, or about its app in the file. */
function compareVersions(
  saved: ServiceBasis | undefined,
  now: ServiceBasis | undefined,
  [savedAction, action]: Actions,
): string[] {
  const texts: string[] = [];
  if (saved !== undefined && now !== undefined) {
    if (saved.desired !== now.desired) texts.push("the app was edited in the files");
    if (saved.observed !== undefined && now.observed !== undefined && saved.observed !== now.observed)
      texts.push("the service was changed");
    if (saved.image !== now.image)
      texts.push(`the image is now ${now.image ?? "unknown"}, and was ${saved.image ?? "unknown"}`);
  }
  if (savedAction === "create" && action !== "create") texts.push("the service was created");
  if (savedAction !== "create" && action === "create") texts.push("the service was removed");
  return texts.map((text) => (text.startsWith("the image") ? text : `${text} since the plan was saved`));
}

/** The changed settings that only one of the plans has, or that have other values. */
function compareChanges(saved: readonly FieldChange[], now: readonly FieldChange[]): string[] {
  const { added, removed, common } = compareKeys(saved, now, ({ path }) => path);
  const values = ({ from = "(none)", to = "(none)" }: FieldChange): string => `${from} => ${to}`;
  const nameOf = ({ path, key, item }: FieldChange): string =>
    item === undefined ? (key ?? path) : `${key} (${item})`;
  return [
    ...added.map((change) => `${nameOf(change)}: ${values(change)} is not in the plan`),
    ...removed.map((change) => `${nameOf(change)}: ${values(change)} is in the plan, and is no longer a change`),
    ...common
      .filter(([before, change]) => values(before) !== values(change))
      .map(([before, change]) => `${nameOf(change)}: planned ${values(before)}, now ${values(change)}`),
  ];
}

function compareOrphans(saved: Comparable, now: Comparable): ErrorIssue[] {
  const [savedServices, services] = [byService(saved.basis), byService(now.basis)];
  const { added, removed, common } = compareKeys(saved.plan.orphans, now.plan.orphans, ({ service }) => service);
  return [
    ...added.map(({ app }) => ({ message: `${app}: the service is not in the files, and not in the plan` })),
    ...removed.map(({ app }) => ({ message: `${app}: the service that the plan lists as not in the files is gone` })),
    ...common
      .filter(([, { service }]) => savedServices.get(service)?.observed !== services.get(service)?.observed)
      .map(([, { app }]) => ({ message: `${app}: the service was changed since the plan was saved` })),
  ];
}

function compareOthers(saved: ReviewedPlan, now: ReviewedPlan): ErrorIssue[] {
  const { added, removed } = compareKeys(saved.others, now.others, ({ service }) => service);
  return [
    ...added.map(({ app }) => ({ message: `${app}: the service of another file of the project is not in the plan` })),
    ...removed.map(({ app }) => ({ message: `${app}: the service of another file of the project is gone` })),
  ];
}

function compareResources(saved: Comparable, now: Comparable): ErrorIssue[] {
  const ids = compareKeys(saved.basis.resources, now.basis.resources, resourceId);
  const identities = ids.common.flatMap(([before, { kind, name, ids: present }]): [id: string, text: string][] => {
    if (before.ids.join(" ") === present.join(" ")) return [];
    const what = before.ids.length === 0 ? "created" : present.length === 0 ? "removed" : "removed and created again";
    return [[resourceId({ kind, name }), `the ${kind} ${name} was ${what} since the plan was saved`]];
  });
  const known = new Set(identities.map(([id]) => id));
  const { added, removed, common } = compareKeys(saved.plan.resources, now.plan.resources, resourceId);
  const unknown = <Element extends { kind: string; name: string }>(elements: readonly Element[]): Element[] =>
    elements.filter((element) => !known.has(resourceId(element as never)));
  return [
    ...identities.map(([, message]) => ({ message })),
    ...unknown(added).map(({ kind, name, location }) => ({
      message: `the ${kind} ${name} is not in the plan`,
      location,
    })),
    ...unknown(removed).map(({ kind, name, location }) => ({
      message: `the ${kind} ${name} is in the plan, and no longer in the files or on the engine`,
      location,
    })),
    ...common
      .filter(([before, { kind, name, action }]) => before.action !== action && !known.has(resourceId({ kind, name })))
      .map(([before, { kind, name, action, location }]) => ({
        message: `the ${kind} ${name}: planned ${before.action}, now ${action}`,
        location,
      })),
  ];
}
