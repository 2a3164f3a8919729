import type { Output } from "../io.js";
import { formatDuration, stripControlChars, type Style } from "../output/format.js";
import { warningText } from "../output/messages.js";
import {
  type AppState,
  BusyApps,
  describeEvent,
  describeResource,
  type Progress,
  WAITING,
  waitText,
} from "./describe-event.js";
import { ImagePulls } from "./pulls.js";
import type { ShownWait } from "./wait-log.js";

/** Pulls report progress many times a second. Their lines are written at most this often. */
const PULL_LINE_EVERY_MS = 10_000;

/** An app whose state has not changed for this long gets another line, as does a wait, so that a slow run is not silent. */
const STILL_EVERY_MS = 30_000;
const TICK_MS = 5_000;

/**
 * Writes a line for each change of an app's state, for each resource, every ten seconds for an image being pulled, and every
 * thirty seconds for an app that is still in the same state.
 */
export function plainProgress(output: Output, style: Style, now: () => number = Date.now): Progress {
  const last = new Map<string, string>();
  const pulls = new ImagePulls(now);
  const pullWritten = new Map<string, number>();
  /** The apps and images in progress: since when, and when the last line was written. */
  const busy = new Map<string, { text: string; since: number; written: number }>();

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
    // The line of an image shows the progress of all its apps.
    if (state.kind === "busy" && !state.isPull) busy.set(state.app, { text, since: now(), written: now() });
    else busy.delete(state.app);
    write(`${state.app}: ${text}`);
  };
  const writeStill = (): void => {
    for (const [app, state] of busy) {
      if (now() - state.written < STILL_EVERY_MS) continue;
      state.written = now();
      write(`${app}: still ${state.text}, for ${formatDuration(now() - state.since)}`);
    }
  };
  const busyApps = new BusyApps();
  let waited: ShownWait["wait"] | undefined;
  let waitWritten = 0;
  const writeWait = (shown: ShownWait): void => {
    if (shown.wait === waited && now() - waitWritten < STILL_EVERY_MS) return;
    [waited, waitWritten] = [shown.wait, now()];
    write(waitText(shown, now()));
  };
  const timer = setInterval(writeStill, TICK_MS);
  timer.unref();
  return {
    observe: (event) => {
      if (event.type === "warning") output.write(warningText(event, style));
      const resource = describeResource(event);
      if (resource !== undefined) write(resource);
      const state = describeEvent(event);
      if (state !== undefined) {
        busyApps.note(state);
        writeState(state);
      }
      for (const image of pulls.note(event)) writeState(image);
    },
    note: (text) => output.write(text),
    wait: (shown) => {
      if (shown !== undefined) writeWait(shown);
    },
    isBusy: () => !busyApps.isEmpty,
    isRedrawn: false,
    stop: () => clearInterval(timer),
  };
}

/** `0/1 running, starting`. Leaves out the replicas at the end, which the result table lists. */
const textOf = ({ text, replicas, kind }: AppState): string => {
  if (replicas === undefined || kind !== "busy") return text;
  return `${replicas.running}/${replicas.desired} running${text === WAITING ? "" : `, ${text}`}`;
};
