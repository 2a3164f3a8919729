import { CONTRACT_VERSION } from "@openfactory/deploy-core";
import { clauses } from "../specification/specification.js";
import { HELP, parseCommandLine, UsageError } from "./command-line.js";
import { EXIT } from "./exit-codes.js";
import { type Process, runCommand } from "./run-command.js";
import { selectClauses, type Selection } from "./selection.js";
import { suiteVersion } from "./versions.js";

/** Runs the command. @returns its exit code, one of {@link EXIT}. */
export async function main(args: readonly string[], io: Process): Promise<number> {
  try {
    const command = parseCommandLine(args, clauses);
    if (command.do === "run") return await runCommand(command, io);
    if (command.do === "help") io.stdout.write(HELP);
    if (command.do === "version") io.stdout.write(`${await suiteVersion()} (contract ${CONTRACT_VERSION})\n`);
    if (command.do === "list") io.stdout.write(listOf(command.selection));
    return EXIT.conformant;
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`error: ${error.message}\n  hint: ${error.hint}\n`);
      return EXIT.invalid;
    }
    io.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    io.stderr.write("  hint: This is a bug of strategy-contract-tests. Please report it.\n");
    return EXIT.bug;
  }
}

function listOf(selection: Selection): string {
  const blocks = selectClauses(clauses, selection).map(({ id, level, profile, text, cases, untested }) =>
    [
      `${id}  ${level}  ${profile}`,
      `  ${text}`,
      ...cases.map((name) => `    ${name}`),
      ...(untested === undefined ? [] : [`    not tested: ${untested}`]),
    ].join("\n"),
  );
  return blocks.map((block) => `${block}\n`).join("\n");
}
