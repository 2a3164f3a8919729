import "./configure-zod.js";
import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";
import { makeProgram } from "./program.js";
import { UsageError } from "./usage-error.js";

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
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const { reportError } = await import("./report-error.js");
    return reportError(error instanceof CommanderError ? usageError(error) : error, { json: args.includes("--json") }, io);
  }
}

/** commander's words as a sentence and a hint. */
function usageError({ message }: CommanderError): UsageError {
  const [sentence = "", ...rest] = message.replace(/^error: /, "").split("\n");
  const suggestion = /^\((Did you mean .*)\)$/s.exec(rest.join("\n").trim())?.[1];
  const words = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return new UsageError(/[.?!]$/.test(words) ? words : `${words}.`, suggestion);
}
