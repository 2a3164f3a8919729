import type { Output } from "../io.js";
import { harmless, type Style } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { type AppState, describeEvent, describeResource, WAITING } from "./describe-event.js";
import type { Progress } from "./progress.js";
import { PullLines } from "./pull-lines.js";

/** A pull tells how far it is many times a second: a line of it is written at most this often. */
const PULL_LINE_EVERY_MS = 10_000;

/** One line for each change of an app's state, for each resource, and now and then one for an image that is being pulled. */
export function plainProgress(output: Output, style: Style, now: () => number = Date.now): Progress {
  const last = new Map<string, string>();
  const pulls = new PullLines();
  const pullWritten = new Map<string, number>();

  /** Whether it is too soon for another line on an image; short pulls have none but their last. */
  const isTooSoon = ({ app, isImage, kind }: AppState): boolean => {
    if (!isImage || kind !== "busy") return false;
    const before = pullWritten.get(app) ?? now();
    const isDue = now() - before >= PULL_LINE_EVERY_MS;
    pullWritten.set(app, isDue ? now() : before);
    return !isDue;
  };
  const write = (line: string): void => output.write(`${harmless(line).replace(/\n/g, " ")}\n`);
  const writeState = (state: AppState): void => {
    const text = textOf(state);
    if (last.get(state.app) === text || isTooSoon(state)) return;
    last.set(state.app, text);
    write(`${state.app}: ${text}`);
  };
  return {
    observe: (event) => {
      if (event.type === "warning") output.write(warningText(event, style));
      const resource = describeResource(event);
      if (resource !== undefined) write(resource);
      const state = describeEvent(event);
      if (state !== undefined) writeState(state);
      for (const image of pulls.note(event)) writeState(image);
    },
    note: (text) => output.write(text),
    stop: () => {},
  };
}

/** `0/1 running, starting`; how many run at the end is in the table that follows. */
const textOf = ({ text, replicas, kind }: AppState): string => {
  if (replicas === undefined || kind !== "busy") return text;
  return `${replicas.running}/${replicas.desired} running${text === WAITING ? "" : `, ${text}`}`;
};
