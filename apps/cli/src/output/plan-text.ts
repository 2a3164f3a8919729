import type { SourceLocation } from "@openfactory/deploy-core";
import type { FieldChange, Plan, PlanFinding, PlannedApp, PlannedOrphan, PlannedResource } from "@openfactory/deployer";
import { changeLines, lineOf } from "./change-lines.js";
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
export interface Entry {
  mark: string;
  format: Format;
  name: string;
  location?: SourceLocation | undefined;
  note?: string | undefined;
  changes?: readonly FieldChange[];
  /** Printed with `verbose` only. */
  quiet?: boolean;
}

/**
 * A plan as text: resources, apps and orphans, each with a mark (`+` create, `~` change or adopt, `±` replace, `-` remove,
 * `!` conflict, `?` keep, `=` unchanged), its position in the file and its changed fields; the problems of the preflight; and
 * the total.
 */
export function planText(plan: Plan, { style, width, verbose = false }: PlanTextOptions): string {
  const entries = [...plan.resources.map(resourceEntry), ...plan.apps.map(appEntry), ...plan.orphans.map(orphanEntry)];
  const shown = entries.filter(({ quiet }) => verbose || !quiet);
  const lines = shown.flatMap(({ mark, format, name, location, note, changes = [] }) => {
    const place = location === undefined ? "" : ` (${lineOf(location)})`;
    return [
      `  ${style(format, `${mark} ${stripControlChars(name)}`)}${stripControlChars(place + (note === undefined ? "" : `: ${note}`))}`,
      ...changeLines(changes, { style, width, file: location?.file }),
    ];
  });
  const head = lines.length === 0 ? [] : [`${plan.project} on ${plan.platform}:`, ...lines, ""];
  const findings = findingLines(plan.findings ?? [], { style, width });
  return [...head, ...findings, `${plan.project}: ${planTotal(plan)}`, ""].join("\n");
}

export const appEntry = (planned: PlannedApp): Entry => ({ ...describeAction(planned), location: planned.location });

function describeAction({ app, action, changes, drifted, reason, restarts }: PlannedApp): Entry {
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

export function orphanEntry({ app, action }: PlannedOrphan): Entry {
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
export function resourceEntry({ kind, name, action, reason, location }: PlannedResource): Entry {
  const [mark, format] = RESOURCE_MARKS[action];
  const note = joined(action === "conflict" ? "conflict" : undefined, reason && sentencePart(reason));
  const isPreviousContent = action === "keep" && (kind === "config" || kind === "secret");
  return {
    mark,
    format,
    name: `${kind} ${name}`,
    location,
    note,
    quiet: (action === "unchanged" && reason === undefined) || isPreviousContent,
  };
}

const joined = (...parts: (string | undefined)[]): string | undefined => parts.filter(Boolean).join(": ") || undefined;

/** A sentence without its period, for the end of a line. */
const sentencePart = (sentence: string): string => sentence.replace(/\.$/, "");

/** The problems of the preflight, each with its key, its position and what to do. */
function findingLines(
  findings: readonly PlanFinding[],
  { style, width }: Pick<PlanTextOptions, "style" | "width">,
): string[] {
  if (findings.length === 0) return [];
  const count = findings.length === 1 ? "1 problem" : `${findings.length} problems`;
  const lines = findings.flatMap(({ app, code, message, hint, field, key = field, location }) => {
    const subject = joined(app, key) ?? app;
    const place = location === undefined ? "" : ` (${lineOf(location)})`;
    return [
      `  ${style("red", `! ${stripControlChars(subject)}`)}${stripControlChars(place)}: ${code}`,
      ...wrapped(`${message}.`, width, "      "),
      ...(hint === undefined ? [] : wrapped(`hint: ${hint}`, width, "      ")),
    ];
  });
  return [`The preflight found ${count}. Until solved, \`ofdeploy up\` changes nothing:`, ...lines, ""];
}

/** A text in lines of at most `width`, broken at spaces. */
function wrapped(text: string, width = Infinity, indent = ""): string[] {
  const lines: string[] = [];
  for (const word of stripControlChars(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
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
