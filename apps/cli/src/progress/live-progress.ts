import type { Output } from "../io.js";
import { fit, fitEnd, formatDuration, stripControlChars, type Style } from "../output/format.js";
import { warningText } from "../output/messages.js";
import { writeRaw } from "../output/safe-output.js";
import { terminalText } from "../output/terminal-text.js";
import { type AppState, BusyApps, describeEvent, type Progress, waitText } from "./describe-event.js";
import { ImagePulls } from "./pulls.js";
import type { ShownWait } from "./wait-log.js";

const REDRAW_MS = 100;
/** The last events of an app. */
const ENDS: ReadonlySet<string> = new Set(["verdict", "removal", "rollback", "scale", "process", "refresh"]);

/**
 * Redraws one line per app, per image that is being pulled, and for a wait. With more lines than rows, shows the active ones
 * and a count of all.
 */
export function liveProgress(output: Output, style: Style): Progress {
  const lines = new Map<string, Line>();
  const pulls = new ImagePulls();
  const busy = new BusyApps();
  let waiting: ShownWait | undefined;
  /** The subject of the wait may ask for a password where lines would be drawn. */
  let isPaused = false;
  let drawn = 0;
  let frame = 0;

  const erase = (): string => (drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`);
  const draw = (): void => {
    if (isPaused) return;
    const { columns = 80, rows = 24 } = output;
    const waits = waiting === undefined ? [] : waitLines(waiting, { columns, rows, frame, style });
    const apps = [...lines.values()];
    const shown = apps.length === 0 ? [] : render(apps, { columns, rows: rows - waits.length, frame, style });
    shown.push(...waits);
    // Without this, an idle display would write to the terminal all the time.
    if (shown.length === 0 && drawn === 0) return;
    writeRaw(output, `${erase()}${terminalText(shown.map((line) => `${line}\n`).join(""))}`);
    drawn = shown.length;
    frame += 1;
  };
  /** Prints text above the lines, where it stays. */
  const note = (text: string): void => {
    writeRaw(output, `${erase()}${terminalText(text)}`);
    drawn = 0;
    draw();
  };
  const set = (state: AppState, isEnd: boolean, replicas = state.replicas): void => {
    const before = lines.get(state.app);
    const began = before?.began ?? Date.now();
    const since = before?.text === state.text ? before.since : Date.now();
    lines.set(state.app, { ...state, replicas, began, since, ended: isEnd ? Date.now() : undefined });
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();

  return {
    observe: (event) => {
      if (event.type === "plan") {
        for (const { app } of event.plan.apps)
          lines.set(app, { app, text: "", kind: "idle", began: Date.now(), since: Date.now() });
      }
      if (event.type === "warning") note(warningText(event, style));
      const state = describeEvent(event);
      if (state !== undefined) {
        busy.note(state);
        // Only some events have the number of replicas. Other progress events keep the last one.
        const before = event.type === "progress" ? lines.get(state.app)?.replicas : undefined;
        set(state, ENDS.has(event.type), state.replicas ?? before);
      }
      for (const image of pulls.note(event)) set(image, image.kind !== "busy");
    },
    note,
    wait: (shown) => {
      const isSame = shown?.wait === waiting?.wait;
      waiting = shown;
      if (isSame) return;
      isPaused = false;
      // Without the lines of apps: what the subject asks must stay the last text on the terminal.
      if (shown?.wait.mayPrompt) {
        writeRaw(output, `${erase()}${terminalText(`${waitText(shown, Date.now())}\n`)}`);
        drawn = 0;
        isPaused = true;
      } else draw();
    },
    isBusy: () => !busy.isEmpty,
    isRedrawn: true,
    stop: () => {
      clearInterval(timer);
      writeRaw(output, erase());
      drawn = 0;
    },
  };
}

export interface Line extends Omit<AppState, "replicas"> {
  replicas?: AppState["replicas"] | undefined;
  began: number;
  /** When the app reached its present state. */
  since: number;
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
/** The least width for separate columns of replicas and state. */
const WIDE = 60;
/** From this time on, a line shows how long its state has lasted, in milliseconds. */
const LONG_MS = 5_000;
const ORDER: readonly Line["kind"][] = ["bad", "busy", "idle", "good"];

/**
 * Lines that fit the width and height of the terminal: mark, name, replicas, elapsed time, state. With more apps than
 * rows, failed and active apps come first, and the last line counts all apps.
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
    const elapsed = isIdle(line) ? "" : formatDuration((line.ended ?? Date.now()) - line.began);
    const lasting = columns < WIDE ? line.text : `${line.text}${sinceOf(line)}`;
    const text = columns < WIDE ? [replicasOf(line), lasting].filter(Boolean).join(" ") : lasting;
    // Images differ at their end: repository and tag.
    const name = line.isImage ? fitEnd(line.app, nameWidth) : fit(line.app, nameWidth);
    const all = `${mark} ${name.padEnd(nameWidth)}${replicas}  ${elapsed.padStart(6)}  ${text}`;
    return colorize(line.kind, fit(all.trimEnd(), columns - 1), style);
  });
  return isCut ? [...texts, fit(summary(lines), columns - 1)] : texts;
}

/** A wait in one line, or in two: its end, the time, must be seen in narrow windows too. */
function waitLines(waiting: ShownWait, { columns, frame, style }: Frame): string[] {
  const text = `${FRAMES[frame % FRAMES.length]} ${stripControlChars(waitText(waiting, Date.now()))}`;
  const width = columns - 1;
  const end = text.length <= width ? text.length : text.lastIndexOf(" ", Math.min(width, text.lastIndexOf(" for ")));
  const parts = [text.slice(0, end), text.slice(end + 1)].filter(Boolean);
  return parts.map((part, index) => style("dim", index === 0 ? fit(part, width) : `  ${fitEnd(part, width - 2)}`));
}

const replicasOf = ({ replicas }: Line): string =>
  replicas === undefined ? "" : `${replicas.running}/${replicas.desired}`;

const isIdle = ({ kind, ended }: Line): boolean => kind === "idle" && ended === undefined;

/** `, for 20 s`: for a state that lasts, and that the app did not begin with. */
function sinceOf({ kind, began, since }: Line): string {
  const ms = Date.now() - since;
  return kind === "busy" && ms >= LONG_MS && since - began >= LONG_MS / 10 ? `, for ${formatDuration(ms)}` : "";
}

function summary(all: readonly Line[]): string {
  const lines = all.filter(({ isImage }) => !isImage);
  const failed = lines.filter(({ kind }) => kind === "bad").length;
  const done = lines.filter(({ kind, ended }) => kind !== "bad" && ended !== undefined).length;
  const busy = lines.filter(({ kind }) => kind === "busy").length;
  const counts = [
    [done, "done"],
    [failed, "failed"],
    [busy, "in progress"],
    [lines.length - done - failed - busy, "pending"],
  ] as const;
  return `  ${lines.length} apps: ${counts.flatMap(([count, label]) => (count > 0 ? [`${count} ${label}`] : [])).join(", ")}`;
}

const colorize = (kind: Line["kind"], text: string, style: Style): string => {
  if (kind === "good") return style("green", text);
  if (kind === "bad") return style("red", text);
  return kind === "idle" ? style("dim", text) : text;
};
