import type { Io } from "../io.js";
import { styleFor } from "../output/style.js";
import { jsonProgress } from "./json-progress.js";
import { liveProgress } from "./live-progress.js";
import { plainProgress } from "./plain-progress.js";
import type { Progress } from "./progress.js";

/** Narrower than this, lines that are drawn anew can't be read. */
const NARROWEST = 40;

/** JSON lines on stdout; else on stderr: live lines on a terminal, plain ones in a pipe, in CI or in a tiny window. */
export function chooseProgress({ json }: { json?: boolean }, io: Io): Progress {
  if (json) return jsonProgress(io.stdout, io.stderr);
  const { isTTY, columns = 80 } = io.stderr;
  const style = styleFor(io.stderr, io);
  const isLive = isTTY === true && columns >= NARROWEST && !io.env["CI"] && io.env["TERM"] !== "dumb";
  return isLive ? liveProgress(io.stderr, style) : plainProgress(io.stderr, style);
}
