import type { Output } from "../io.js";
import { harmless, type Style } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { type AppState, describeEvent } from "./describe-event.js";
import type { Progress } from "./progress.js";
import { PullLines } from "./pull-lines.js";

/** A pull tells how far it is many times a second: a line of it is written at most this often. */
const PULL_LINE_EVERY_MS = 10_000;

/** One line for each change of an app's state, and now and then one for an image that is being pulled. */
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
  const write = (state: AppState): void => {
    if (last.get(state.app) === state.text || isTooSoon(state)) return;
    last.set(state.app, state.text);
    output.write(`${harmless(`${state.app}: ${state.text}`).replace(/\n/g, " ")}\n`);
  };
  return {
    observe: (event) => {
      if (event.type === "warning") output.write(warningText(event, style));
      const state = describeEvent(event);
      if (state !== undefined) write(state);
      for (const image of pulls.note(event)) write(image);
    },
    stop: () => {},
  };
}
