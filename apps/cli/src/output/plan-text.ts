import type { FieldChange, Plan, PlannedApp, PlannedOrphan, PlannedResource } from "@openfactory/deployer";
import { stripControlChars, type Style } from "./format.js";

export interface PlanTextOptions {
  style: Style;
  /** The width of the terminal. Undefined for a pipe: lines are not wrapped. */
  width?: number | undefined;
  /** Also list unchanged apps and resources. */
  verbose?: boolean;
}

type Format = Parameters<Style>[0];

/** A planned app or resource. */
interface Entry {
  mark: string;
  format: Format;
  name: string;
  note?: string | undefined;
  changes?: readonly FieldChange[];
  /** Printed with `verbose` only. */
  quiet?: boolean;
}

/**
 * A plan as text: resources, apps and orphans, each with a mark (`+` create, `~` change or adopt, `±` replace, `-` remove,
 * `!` conflict, `?` keep, `=` unchanged) and its changed fields, and the total.
 */
export function planText(plan: Plan, { style, width, verbose = false }: PlanTextOptions): string {
  const entries = [...plan.resources.map(resourceEntry), ...plan.apps.map(appEntry), ...plan.orphans.map(orphanEntry)];
  const shown = entries.filter(({ quiet }) => verbose || !quiet);
  const lines = shown.flatMap(({ mark, format, name, note, changes = [] }) => [
    `  ${style(format, `${mark} ${stripControlChars(name)}`)}${note === undefined ? "" : `: ${stripControlChars(note)}`}`,
    ...changeLines(changes, { style, width }),
  ]);
  const head = lines.length === 0 ? [] : [`${plan.project} on ${plan.platform}:`, ...lines, ""];
  return [...head, `${plan.project}: ${planTotal(plan)}`, ""].join("\n");
}

function appEntry({ app, action, changes, drifted, reason, restarts }: PlannedApp): Entry {
  const restarting = restarts && `its number of replicas is passed as a variable, so ${restarts.join(", ")} restart`;
  const note = joined(reason === undefined ? undefined : sentencePart(reason), restarting);
  const drift = drifted ? "changed manually since the last deploy" : undefined;
  switch (action) {
    case "create":
      return { mark: "+", format: "green", name: app, note };
    case "update": {
      const unknown =
        changes.length === 0 ? "differs from the file; the platform does not report the fields" : undefined;
      return { mark: "~", format: "yellow", name: app, note: joined(drift, note) ?? unknown, changes };
    }
    case "replace":
      return { mark: "±", format: "magenta", name: app, note: joined("replaced", drift, note), changes };
    case "adopt":
      return { mark: "~", format: "yellow", name: app, note: joined("adopted", note), changes };
    case "conflict":
      return { mark: "!", format: "red", name: app, note: joined("conflict", note) };
    case "unchanged":
      return { mark: "=", format: "dim", name: app, quiet: true };
  }
}

function orphanEntry({ app, action }: PlannedOrphan): Entry {
  const name = "not in the file";
  if (action === "remove") return { mark: "-", format: "red", name: app, note: name };
  return { mark: "?", format: "dim", name: app, note: `${name}; \`ofdeploy up --prune\` removes it` };
}

const RESOURCE_MARKS = {
  create: ["+", "green"],
  unchanged: ["=", "dim"],
  remove: ["-", "red"],
  keep: ["?", "dim"],
  conflict: ["!", "red"],
} as const;

/** Previous contents of configs and secrets are kept for rollbacks, and listed with `verbose` only. */
function resourceEntry({ kind, name, action, reason }: PlannedResource): Entry {
  const [mark, format] = RESOURCE_MARKS[action];
  const note = joined(action === "conflict" ? "conflict" : undefined, reason && sentencePart(reason));
  const isPreviousContent = action === "keep" && (kind === "config" || kind === "secret");
  return {
    mark,
    format,
    name: `${kind} ${name}`,
    note,
    quiet: (action === "unchanged" && reason === undefined) || isPreviousContent,
  };
}

const joined = (...parts: (string | undefined)[]): string | undefined => parts.filter(Boolean).join(": ") || undefined;

/** A sentence without its period, for the end of a line. */
const sentencePart = (sentence: string): string => sentence.replace(/\.$/, "");

const INDENT = "      ";
const NOTHING = "(none)";
const HIDDEN = "(hidden)";

/** Each change on a line, `path  from => to`, or on three lines if it is wider than the terminal. No value is cut. */
function changeLines(
  changes: readonly FieldChange[],
  { style, width = Infinity }: { style: Style; width?: number | undefined },
): string[] {
  const column = Math.max(0, ...changes.map(({ path }) => path.length));
  return changes.flatMap((change) => {
    const path = stripControlChars(change.path);
    const [from, to] = [valueText(change.from, change), valueText(change.to, change)];
    const line = `${INDENT}${path.padEnd(Math.min(column, 40))}  ${from} => ${to}`;
    if (line.length <= width)
      return [`${INDENT}${path.padEnd(Math.min(column, 40))}  ${from} ${style("dim", "=>")} ${to}`];
    return [`${INDENT}${path}`, `${INDENT}  ${style("red", "-")} ${from}`, `${INDENT}  ${style("green", "+")} ${to}`];
  });
}

/** A value as one line, with newlines as `\n`. */
function valueText(value: string | undefined, { masked }: FieldChange): string {
  if (value === undefined) return NOTHING;
  if (masked) return HIDDEN;
  return value === "" ? '""' : stripControlChars(value.replaceAll("\n", "\\n"));
}

/** The total: `2 to create, 1 to change; 3 unchanged`. Counts services and resources. */
function planTotal({ apps, orphans, resources }: Plan): string {
  const actions = [...apps, ...orphans, ...resources].map(({ action }) => action);
  const count = (action: (typeof actions)[number]): number => actions.filter((each) => each === action).length;
  const pending = [
    [count("create"), "to create"],
    [count("update"), "to change"],
    [count("replace"), "to replace"],
    [count("adopt"), "to adopt"],
    [count("remove"), "to remove"],
    [count("conflict"), count("conflict") === 1 ? "conflict" : "conflicts"],
  ] as const;
  const rest = [
    [count("unchanged"), "unchanged"],
    [count("keep"), "kept"],
  ] as const;
  const join = (counts: readonly (readonly [number, string])[]): string =>
    counts.flatMap(([number, label]) => (number > 0 ? [`${number} ${label}`] : [])).join(", ");
  return [join(pending) || "nothing to do", join(rest)].filter(Boolean).join("; ");
}
