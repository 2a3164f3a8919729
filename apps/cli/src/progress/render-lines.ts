import { inWords } from "../output/durations.js";
import { fit, fitEnd, type Style } from "../output/style.js";
import type { AppState } from "./describe-event.js";

export interface Line extends Omit<AppState, "replicas"> {
  replicas?: AppState["replicas"] | undefined;
  began: number;
  ended?: number | undefined;
}

export interface Frame {
  columns: number;
  rows: number;
  frame: number;
  style: Style;
}

const FRAMES = ["|", "/", "-", "\\"];
const MARKS = { idle: " ", good: "+", bad: "x" } as const;
const NAME_WIDTH = 32;
/** Narrower than this there is no room for columns of their own. */
const WIDE = 60;
const ORDER: readonly Line["kind"][] = ["bad", "busy", "idle", "good"];

/**
 * The lines as they fit, each no wider than the terminal and all of them no higher: mark, name, replicas, elapsed time,
 * state. Where there are more apps than rows, what has failed and what is under way comes first, and the last line
 * counts them all.
 */
export function render(lines: readonly Line[], { columns, rows, frame, style }: Frame): string[] {
  const room = Math.max(1, rows - 2);
  const isCut = lines.length > room;
  const shown = isCut
    ? [...lines].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)).slice(0, room - 1)
    : lines;
  const nameWidth = Math.min(NAME_WIDTH, Math.floor(columns / 3), Math.max(...shown.map(({ app }) => app.length), 1));
  const replicasWidth = columns < WIDE ? 0 : Math.max(...shown.map((line) => replicasOf(line).length));
  const texts = shown.map((line) => {
    const mark = line.kind === "busy" ? (FRAMES[frame % FRAMES.length] ?? "") : MARKS[line.kind];
    const replicas = replicasWidth > 0 ? `  ${replicasOf(line).padStart(replicasWidth)}` : "";
    const elapsed = isIdle(line) ? "" : inWords((line.ended ?? Date.now()) - line.began);
    const text = columns < WIDE ? [replicasOf(line), line.text].filter(Boolean).join(" ") : line.text;
    // What tells images apart stands at their end.
    const name = line.isImage ? fitEnd(line.app, nameWidth) : fit(line.app, nameWidth);
    const all = `${mark} ${name.padEnd(nameWidth)}${replicas}  ${elapsed.padStart(6)}  ${text}`;
    return colour(line.kind, fit(all.trimEnd(), columns - 1), style);
  });
  return isCut ? [...texts, fit(summary(lines), columns - 1)] : texts;
}

const replicasOf = ({ replicas }: Line): string =>
  replicas === undefined ? "" : `${replicas.running}/${replicas.desired}`;

const isIdle = ({ kind, ended }: Line): boolean => kind === "idle" && ended === undefined;

function summary(all: readonly Line[]): string {
  const lines = all.filter(({ isImage }) => !isImage);
  const failed = lines.filter(({ kind }) => kind === "bad").length;
  const done = lines.filter(({ kind, ended }) => kind !== "bad" && ended !== undefined).length;
  const busy = lines.filter(({ kind }) => kind === "busy").length;
  const counts = [
    [done, "done"],
    [failed, "failed"],
    [busy, "under way"],
    [lines.length - done - failed - busy, "to go"],
  ] as const;
  return `  ${lines.length} apps: ${counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(", ")}`;
}

const colour = (kind: Line["kind"], text: string, style: Style): string => {
  if (kind === "good") return style("green", text);
  if (kind === "bad") return style("red", text);
  return kind === "idle" ? style("dim", text) : text;
};
