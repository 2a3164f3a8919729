import { createRequire } from "node:module";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";
import { exitWhenWritten, processIo } from "./process-io.js";

const readVersion = (): string => (createRequire(import.meta.url)("../package.json") as { version: string }).version;

/**
 * Runs the command line.
 * @param args what stands after `ofdeploy`.
 * @returns the exit code; whatever goes wrong has been told by then.
 */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const version = readVersion();
  if (args.length === 1 && ["--version", "-V", "-v"].includes(args[0] ?? "")) {
    io.stdout.write(`ofdeploy ${version}\n`);
    return EXIT.ok;
  }
  const { runProgram } = await import("./run-program.js");
  return runProgram(args, io, version);
}

/** Runs the command line of this process, and ends it. */
export async function runProcess(): Promise<void> {
  exitWhenWritten(await run(process.argv.slice(2), processIo()));
}
