import "./configure-zod.js";
import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";
import { refuseMisreadOptions } from "./options/parse-error.js";
import { makeProgram } from "./program.js";

/** Parses and runs; every failure is told and becomes an exit code. */
export async function runProgram(args: readonly string[], io: Io, version: string): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = makeProgram(io, version, (code) => {
    exitCode = code;
  });
  if (args.length === 0) {
    io.stdout.write(program.helpInformation());
    return EXIT.badInput;
  }
  try {
    refuseMisreadOptions(args, program);
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const { reportError } = await import("./report-error.js");
    return reportError(error, { json: args.includes("--json") }, io);
  }
}
