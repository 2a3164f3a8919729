import type { Output } from "../io.js";
import { stripControlChars, type Style } from "../output/format.js";
import { warningText } from "../output/messages.js";
import { type AppState, describeEvent, describeResource, type Progress, WAITING } from "./describe-event.js";
import { ImagePulls } from "./pulls.js";

/** Pulls report progress many times a second. Their lines are written at most this often. */
const PULL_LINE_EVERY_MS = 10_000;

/** Writes a line for each change of an app's state, for each resource, and every ten seconds for an image being pulled. */
export function plainProgress(output: Output, style: Style, now: () => number = Date.now): Progress {
  const last = new Map<string, string>();
  const pulls = new ImagePulls();
  const pullWritten = new Map<string, number>();

  /** Whether the last line of an image is too recent. Short pulls have only their last line. */
  const isTooSoon = ({ app, isImage, kind }: AppState): boolean => {
    if (!isImage || kind !== "busy") return false;
    const before = pullWritten.get(app) ?? now();
    const isDue = now() - before >= PULL_LINE_EVERY_MS;
    pullWritten.set(app, isDue ? now() : before);
    return !isDue;
  };
  const write = (line: string): void => output.write(`${stripControlChars(line).replace(/\n/g, " ")}\n`);
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

/** `0/1 running, starting`. Leaves out the replicas at the end, which the result table lists. */
const textOf = ({ text, replicas, kind }: AppState): string => {
  if (replicas === undefined || kind !== "busy") return text;
  return `${replicas.running}/${replicas.desired} running${text === WAITING ? "" : `, ${text}`}`;
};
