import type { SourceLocation } from "@openfactory/deploy-core";
import type { AppAction, Plan, PlannedResource } from "@openfactory/deployer";

/** A conflict, a finding of the preflight, or a warning. */
export interface Remark {
  readonly code: string;
  /** The app or resource. Undefined: the whole project. */
  readonly subject?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The key of the file. */
  readonly key?: string | undefined;
  readonly location?: SourceLocation | undefined;
}

/** The number of services and resources with an action. */
export interface ActionCount {
  readonly action: AppAction | PlannedResource["action"];
  readonly count: number;
  readonly label: string;
}

const LABELS: Readonly<Record<ActionCount["action"], string>> = {
  create: "to create",
  update: "to change",
  replace: "to replace",
  adopt: "to adopt",
  remove: "to remove",
  conflict: "conflicts",
  unchanged: "unchanged",
  keep: "kept",
};

/** The numbers of services and resources by action, without actions that do not occur. */
export function countsOf({ apps, orphans, resources }: Plan): ActionCount[] {
  const actions = [...apps, ...orphans, ...resources].map(({ action }) => action);
  return (Object.entries(LABELS) as [ActionCount["action"], string][]).flatMap(([action, plural]) => {
    const count = actions.filter((each) => each === action).length;
    const label = action === "conflict" && count === 1 ? "conflict" : plural;
    return count === 0 ? [] : [{ action, count, label }];
  });
}

/** What `up` would do, in one sentence. `kind` is the action with the same meaning, for its color. */
export function verdictOf(plan: Plan): { text: string; kind: ActionCount["action"] } {
  const conflicts = conflictsOf(plan).length;
  const problems = plan.findings?.length ?? 0;
  if (conflicts > 0 || problems > 0) {
    const causes = [
      conflicts > 0 && `${conflicts} ${conflicts === 1 ? "conflict" : "conflicts"}`,
      problems > 0 && `${problems} ${problems === 1 ? "problem" : "problems"} on the engine`,
    ].filter(Boolean);
    return { text: `up would stop before any change: ${causes.join(", ")}`, kind: "conflict" };
  }
  if (!plan.hasChanges) return { text: "No changes", kind: "unchanged" };
  const pending = countsOf(plan).filter(({ action }) => action !== "unchanged" && action !== "keep");
  const text = pending.map(({ count, label }) => `${count} ${label}`).join(", ");
  const isRisky = pending.some(({ action }) => action === "remove" || action === "replace");
  return { text, kind: isRisky ? "replace" : pending.every(({ action }) => action === "create") ? "create" : "update" };
}

/** The apps and resources that belong to something else, with which `up` would stop. */
export const conflictsOf = ({ apps, resources }: Plan): Remark[] => [
  ...apps.flatMap(({ app, action, reason, location }): Remark[] =>
    action !== "conflict"
      ? []
      : [
          {
            code: "CONFLICT",
            subject: app,
            message: reason ?? "A service with its name belongs to something else.",
            location,
          },
        ],
  ),
  ...resources.flatMap(({ kind, name, action, reason, hint, location }): Remark[] =>
    action !== "conflict"
      ? []
      : [
          {
            code: "CONFLICT",
            subject: `${kind} ${name}`,
            message: reason ?? "It belongs to something else.",
            hint,
            location,
          },
        ],
  ),
];

/** The findings of the preflight. */
export const problemsOf = ({ findings = [] }: Plan): Remark[] =>
  findings.map(({ app, code, message, hint, key, location }) => ({
    code,
    subject: app,
    message: `${message}.`,
    hint,
    key,
    location,
  }));

/** The warnings of the project, then those of its apps. The plan lists the orphans elsewhere. */
export const warningsOf = ({ warnings, apps }: Plan): Remark[] => [
  ...warnings.filter(({ code }) => code !== "ORPHAN").map(({ code, reason }) => ({ code, message: reason })),
  ...apps.flatMap(({ app, warnings: own }) =>
    own.map(({ code, reason, field }) => ({
      code,
      subject: app,
      message: field === undefined ? reason : `${field}: ${reason}`,
    })),
  ),
];

/** A note of the text of a plan as a sentence. */
export const asSentence = (note: string): string => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`;
