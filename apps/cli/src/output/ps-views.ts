import type { DeploymentError } from "@openfactory/deploy-core";
import type { PsRow } from "@openfactory/deployer";
import type { Io } from "../io.js";
import { fit, formatDuration, type Style, styleFor } from "./format.js";
import { writeJson } from "./json-lines.js";
import { warningText } from "./messages.js";
import { writeRaw } from "./safe-output.js";
import { terminalText } from "./terminal-text.js";
import { psText, stablePsText } from "./ps-text.js";

/** The rows of `ps`, and those of them that the table shows. */
export interface PsListing {
  readonly rows: readonly PsRow[];
  readonly listed: readonly PsRow[];
}

/** What `ps --watch` prints. */
export interface PsView {
  show(listing: PsListing): void;
  /** The engine did not answer. Called for each listing that fails. */
  fail(error: DeploymentError): void;
  /** Restores the terminal. May be called more than once. */
  close(): void;
}

interface ViewOptions {
  project: string;
  platform: string;
  intervalMs: number;
}

/** JSON lines with `--json`, a live table on a terminal, else a new table at each change. */
export function chooseView(watch: ViewOptions, { json = false }: { json?: boolean | undefined }, io: Io): PsView {
  if (json) return jsonView(io);
  const isLive = io.stdout.isTTY === true && io.env["TERM"] !== "dumb";
  return isLive ? liveView(watch, io) : plainView(watch, io);
}

/** One `app` for each row that has changed, a `warning` for each failure in a row, and all rows after it. */
function jsonView({ stdout }: Io): PsView {
  let known = new Map<string, string>();
  let failed: string | undefined;
  return {
    show({ rows }) {
      if (failed !== undefined) known = new Map();
      const current = new Map(rows.map((row) => [row.service, JSON.stringify(row)]));
      for (const row of rows) if (known.get(row.service) !== current.get(row.service)) writeJson(stdout, "app", row);
      for (const [service, text] of known) {
        if (current.has(service)) continue;
        const { app } = JSON.parse(text) as PsRow;
        writeJson(stdout, "app", { app, service, relation: "absent" });
      }
      [known, failed] = [current, undefined];
    },
    fail({ code, message }) {
      if (failed === code) return;
      failed = code;
      writeJson(stdout, "warning", { code, reason: message });
    },
    close: () => {},
  };
}

/** A table with the time whenever it has changed; failures on stderr. */
function plainView({ project, intervalMs }: ViewOptions, io: Io): PsView {
  const style = styleFor(io.stderr, io);
  let last: string | undefined;
  let failed: string | undefined;
  return {
    show({ listed }) {
      if (failed !== undefined) io.stderr.write("The engine answers again.\n");
      failed = undefined;
      const text = listed.length === 0 ? `${project}: nothing is deployed\n` : stablePsText(listed);
      if (text === last) return;
      io.stdout.write(`${last === undefined ? "" : "\n"}${new Date().toISOString()}\n${text}`);
      last = text;
    },
    fail(error) {
      if (failed === error.code) return;
      failed = error.code;
      io.stderr.write(warningText({ warning: retryWarning(error, intervalMs) }, style));
    },
    close: () => {},
  };
}

/** The warning for an engine that does not answer. */
const retryWarning = ({ code, message }: DeploymentError, intervalMs: number): { code: string; reason: string } => ({
  code,
  reason: `${message.replace(/\.?$/, ".")} Retrying every ${formatDuration(intervalMs)}.`,
});

const OPEN = "\u001b[?1049h\u001b[?25l";
const CLOSE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const REST_OF_LINE = "\u001b[K";
const REST_OF_SCREEN = "\u001b[J";

/**
 * Draws the table in the terminal's alternate screen, again at each listing and when the window changes its size. At the end,
 * the previous screen is restored, and the last table is printed below it.
 */
function liveView(watch: ViewOptions, { stdout, signals, env }: Io): PsView {
  const style = styleFor(stdout, { env });
  let listing: PsListing = { rows: [], listed: [] };
  let seenAt = new Date();
  let failure: string | undefined;
  let isOpen = true;
  const draw = (): void => {
    const { columns = 80, rows = 24 } = stdout;
    // After a line of the full width, the sequence that erases the rest of the line would erase its last character.
    const lines = frameOf({ listing, seenAt, failure, watch, style, columns: columns - 1, rows });
    const text = lines.map((line) => `${terminalText(line)}${REST_OF_LINE}`).join("\r\n");
    writeRaw(stdout, `${HOME}${text}${REST_OF_SCREEN}`);
  };
  signals.on("SIGWINCH", draw);
  writeRaw(stdout, OPEN);
  return {
    show(next) {
      if (!isOpen) return;
      [listing, seenAt, failure] = [next, new Date(), undefined];
      draw();
    },
    fail(error) {
      if (!isOpen) return;
      failure = warningText({ warning: retryWarning(error, watch.intervalMs) }, style).trimEnd();
      draw();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      signals.off("SIGWINCH", draw);
      writeRaw(stdout, `${CLOSE}${terminalText(tableText(listing, watch, stdout.columns))}`);
    },
  };
}

const tableText = ({ listed }: PsListing, { project }: ViewOptions, width: number | undefined): string =>
  listed.length === 0 ? `${project}: nothing is deployed\n` : psText(listed, width);

interface Frame {
  listing: PsListing;
  seenAt: Date;
  failure: string | undefined;
  watch: ViewOptions;
  style: Style;
  columns: number;
  rows: number;
}

/** The lines of the screen. If it has too few of them, apps that are not as they should be come first, and the last line counts the others. */
function frameOf({ listing, seenAt, failure, watch, style, columns, rows }: Frame): string[] {
  const title = `${watch.project} on ${watch.platform}, ${seenAt.toTimeString().slice(0, 8)}, every ${formatDuration(watch.intervalMs)}. Press Ctrl-C to stop.`;
  const head = [style("dim", fit(title, columns)), ...(failure === undefined ? [] : wrapLine(failure, columns)), ""];
  const room = Math.max(1, rows - head.length - 1);
  const { listed } = listing;
  const isCut = listed.length > room;
  const shown = isCut ? listed.toSorted((a, b) => Number(isFine(a)) - Number(isFine(b))).slice(0, room - 1) : listed;
  const table = tableText({ ...listing, listed: shown }, watch, columns)
    .trimEnd()
    .split("\n");
  const rest = listed.length - shown.length;
  return [...head, ...table, ...(isCut ? [style("dim", fit(`${rest} more of ${listed.length} apps`, columns))] : [])];
}

const isFine = ({ status, relation }: PsRow): boolean =>
  relation === "current" && (status?.state === "running" || status?.state === "completed");

/** A line in parts that fit the screen. Escape sequences count as characters, so a part may be shorter. */
const wrapLine = (text: string, width: number): string[] => {
  const parts: string[] = [];
  for (const word of text.split(" ")) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + word.length < width) parts[parts.length - 1] = `${last} ${word}`;
    else parts.push(word);
  }
  return parts;
};
