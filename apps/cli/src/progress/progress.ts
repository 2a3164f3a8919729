import type { DeployerEvent } from "@openfactory/deployer";
import type { Io, Output } from "../io.js";
import { type GlobalOptions, showsProgress, showsWarnings } from "../options/context.js";
import { type Style, styleFor } from "../output/format.js";
import { writeJson } from "../output/json-lines.js";
import { warningText } from "../output/messages.js";
import { BusyApps, describeEvent, type Progress } from "./describe-event.js";
import { liveProgress } from "./live-progress.js";
import { plainProgress } from "./plain-progress.js";
import type { ShownWait } from "./wait-log.js";

/** A wait that lasts gets another line this often, in milliseconds. */
const WAIT_LINE_EVERY_MS = 10_000;

/** Writes every event as one line of JSON. Notes for people go to `notes`. */
function jsonProgress(output: Output, notes: Output): Progress {
  const busy = new BusyApps();
  let shown: ShownWait | undefined;
  let written = 0;
  const writeWait = (state: "pending" | "over", { wait: { subject, action }, since, others }: ShownWait): void => {
    written = Date.now();
    writeJson(output, "wait", { state, subject, action, elapsedMs: written - since, others });
  };
  return {
    observe: (event) => {
      const state = describeEvent(event);
      if (state !== undefined) busy.note(state);
      writeJson(output, event.type, fieldsOf(event));
    },
    note: (text) => notes.write(text),
    wait: (next) => {
      const isSame = next?.wait === shown?.wait;
      if (shown !== undefined && !isSame) writeWait("over", { ...shown, others: 0 });
      shown = next;
      if (next !== undefined && (!isSame || Date.now() - written >= WAIT_LINE_EVERY_MS)) writeWait("pending", next);
    },
    isBusy: () => !busy.isEmpty,
    isRedrawn: false,
    stop: () => {},
  };
}

function fieldsOf(event: DeployerEvent): object {
  switch (event.type) {
    case "plan":
      return event.plan;
    case "phase": {
      const { app, service, phase, detail } = event;
      return { app, service, phase, detail };
    }
    case "progress": {
      const { type, service, ...progress } = event.progress;
      return { app: event.app, service, kind: type, ...progress };
    }
    case "warning":
      return { app: event.app, ...event.warning };
    case "verdict":
      return event.verdict;
    case "removal":
      return event.removal;
    case "rollback":
    case "process":
      return event.verdict;
    case "scale":
      return event.scaled;
    case "lock":
      return event.lock;
    case "resource":
      return event.resource;
    case "revert":
      return event.step;
    case "refresh":
      return event.refresh;
  }
}

/** The least width of a terminal for lines that are redrawn. */
const MIN_LIVE_COLUMNS = 40;

/** Prints warnings only, if at all. */
const noProgress = (output: Output, style: Style, options: OutputOptions): Progress => ({
  observe: (event) => {
    if (event.type === "warning" && showsWarnings(options)) output.write(warningText(event, style));
  },
  note: (text) => output.write(text),
  wait: () => {},
  isBusy: () => false,
  isRedrawn: false,
  stop: () => {},
});

type OutputOptions = Pick<GlobalOptions, "json" | "quiet" | "verbose" | "logLevel">;

/** JSON lines on stdout with `--json`; else on stderr: live lines on a terminal, plain lines in pipes, CI and narrow windows. */
export function chooseProgress(options: OutputOptions, io: Io): Progress {
  if (options.json) return jsonProgress(io.stdout, io.stderr);
  const { isTTY, columns = 80 } = io.stderr;
  const style = styleFor(io.stderr, io);
  if (!showsProgress(options)) return noProgress(io.stderr, style, options);
  const canRedraw = isTTY === true && columns >= MIN_LIVE_COLUMNS && !io.env["CI"] && io.env["TERM"] !== "dumb";
  return canRedraw && !options.verbose ? liveProgress(io.stderr, style) : plainProgress(io.stderr, style);
}
