import type { Output } from "../io.js";
import { inWords } from "../output/durations.js";
import { fit, fitEnd, type Style } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { type AppState, describeEvent } from "./describe-event.js";
import type { Progress } from "./progress.js";
import { PullLines } from "./pull-lines.js";

interface Line extends AppState {
  began: number;
  ended?: number;
}

const REDRAW_MS = 100;
/** After these events an app goes no further. */
const ENDS: ReadonlySet<string> = new Set(["verdict", "removal", "refresh"]);
const FRAMES = ["|", "/", "-", "\\"];
const MARKS = { idle: " ", good: "+", bad: "x" } as const;
const NAME_WIDTH = 32;

/** One line per app and per image that is being pulled, drawn anew in place. With more lines than rows, those under way come first and the rest is counted. */
export function liveProgress(output: Output, style: Style): Progress {
  const lines = new Map<string, Line>();
  const pulls = new PullLines();
  let drawn = 0;
  let frame = 0;

  const erase = (): string => (drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`);
  const draw = (): void => {
    const shown = render([...lines.values()], { columns: output.columns ?? 80, rows: output.rows ?? 24, frame, style });
    output.write(`${erase()}${shown.map((line) => `${line}\n`).join("")}`);
    drawn = shown.length;
    frame += 1;
  };
  const set = (state: AppState, isEnd: boolean): void => {
    const began = lines.get(state.app)?.began ?? Date.now();
    lines.set(state.app, { ...state, began, ended: isEnd ? Date.now() : undefined });
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();

  return {
    observe: (event) => {
      if (event.type === "plan") {
        for (const { app } of event.plan.steps) lines.set(app, { app, text: "", kind: "idle", began: Date.now() });
      }
      if (event.type === "warning") {
        // Above the lines, where it stays.
        output.write(`${erase()}${warningText(event, style)}`);
        drawn = 0;
        draw();
      }
      const state = describeEvent(event);
      if (state !== undefined) set(state, ENDS.has(event.type));
      for (const image of pulls.note(event)) set(image, image.kind !== "busy");
    },
    stop: () => {
      clearInterval(timer);
      output.write(erase());
      drawn = 0;
    },
  };
}

interface Frame {
  columns: number;
  rows: number;
  frame: number;
  style: Style;
}

const ORDER: readonly Line["kind"][] = ["bad", "busy", "idle", "good"];

/** The lines as they fit: each no wider than the terminal, all of them no higher. */
export function render(lines: readonly Line[], { columns, rows, frame, style }: Frame): string[] {
  const room = Math.max(1, rows - 2);
  const isCut = lines.length > room;
  const shown = isCut ? [...lines].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)).slice(0, room - 1) : lines;
  const width = Math.min(NAME_WIDTH, Math.floor(columns / 3), Math.max(...shown.map(({ app }) => app.length), 1));
  const texts = shown.map((line) => {
    const mark = line.kind === "busy" ? (FRAMES[frame % FRAMES.length] ?? "") : MARKS[line.kind];
    const elapsed = inWords((line.ended ?? Date.now()) - line.began);
    // What tells images apart stands at their end.
    const name = line.isImage ? fitEnd(line.app, width) : fit(line.app, width);
    const head = `${mark} ${name.padEnd(width)}  `;
    const rest = fit(`${line.text}  ${elapsed}`, columns - head.length - 1);
    return colour(line.kind, fit(`${head}${rest}`, columns - 1), style);
  });
  if (!isCut) return texts;
  const apps = lines.filter(({ isImage }) => !isImage);
  const done = apps.filter(({ ended }) => ended !== undefined).length;
  return [...texts, fit(`  ... ${apps.length} apps in all, ${done} done`, columns - 1)];
}

const colour = (kind: Line["kind"], text: string, style: Style): string => {
  if (kind === "good") return style("green", text);
  if (kind === "bad") return style("red", text);
  return kind === "idle" ? style("dim", text) : text;
};
