import type { FieldChange, Plan, PlannedApp, PlannedOrphan, PlannedResource } from "@openfactory/deployer";
import { changeLines } from "./change-lines.js";
import { planSum } from "./plan-sum.js";
import { harmless, type Style } from "./style.js";

export interface PlanTextOptions {
  style: Style;
  /** The terminal's; undefined (a pipe): lines are as long as they get. */
  width?: number | undefined;
  /** Show what is as it should be, too. */
  verbose?: boolean;
}

type Format = Parameters<Style>[0];

/** One thing that is planned: its mark, what it is, and what there is to say of it. */
interface Entry {
  mark: string;
  format: Format;
  name: string;
  note?: string | undefined;
  changes?: readonly FieldChange[];
  /** Shown on request only. */
  quiet?: boolean;
}

/**
 * A plan for people: resources, apps and what the file no longer names, each with a mark (`+` create, `~` change, `±`
 * replace, `-` remove, `!` conflict, `?` left there, `=` unchanged), below it what changes, at the end the sum.
 */
export function planText(plan: Plan, { style, width, verbose = false }: PlanTextOptions): string {
  const entries = [...plan.resources.map(resourceEntry), ...plan.apps.map(appEntry), ...plan.orphans.map(orphanEntry)];
  const shown = entries.filter(({ quiet }) => verbose || !quiet);
  const lines = shown.flatMap(({ mark, format, name, note, changes = [] }) => [
    `  ${style(format, `${mark} ${harmless(name)}`)}${note === undefined ? "" : `: ${harmless(note)}`}`,
    ...changeLines(changes, { style, width }),
  ]);
  const head = lines.length === 0 ? [] : [`${plan.project} on ${plan.platform}:`, ...lines, ""];
  return [...head, `${plan.project}: ${planSum(plan)}`, ""].join("\n");
}

function appEntry({ app, action, changes, drifted, reason, restarts }: PlannedApp): Entry {
  const restarting = restarts && `the number of replicas is one of its variables, so ${restarts.join(", ")} restart`;
  const note = joined(reason === undefined ? undefined : sentencePart(reason), restarting);
  const byHand = drifted ? "changed by hand since it was deployed" : undefined;
  switch (action) {
    case "create":
      return { mark: "+", format: "green", name: app, note };
    case "update": {
      const unknown = changes.length === 0 ? "differs from the file; the platform can't tell in what" : undefined;
      return { mark: "~", format: "yellow", name: app, note: joined(byHand, note) ?? unknown, changes };
    }
    case "replace":
      return { mark: "±", format: "magenta", name: app, note: joined("removed and made anew", byHand, note), changes };
    case "adopt":
      return { mark: "~", format: "yellow", name: app, note: joined("taken over", note), changes };
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

/** Earlier contents of configs and secrets stay for a rollback to come: nothing that one has to know each time. */
function resourceEntry({ kind, name, action, reason }: PlannedResource): Entry {
  const [mark, format] = RESOURCE_MARKS[action];
  const note = joined(action === "conflict" ? "conflict" : undefined, reason && sentencePart(reason));
  const isEarlier = action === "keep" && (kind === "config" || kind === "secret");
  return {
    mark,
    format,
    name: `${kind} ${name}`,
    note,
    quiet: (action === "unchanged" && reason === undefined) || isEarlier,
  };
}

const joined = (...parts: (string | undefined)[]): string | undefined => parts.filter(Boolean).join(": ") || undefined;

/** A sentence as the end of a line: without its full stop. */
const sentencePart = (sentence: string): string => sentence.replace(/\.$/, "");
