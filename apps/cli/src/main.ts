import { EXIT, type ExitCode } from "./exit-codes.js";
import { exitWhenWritten, type Io, processIo } from "./io.js";
import { readVersion } from "./version.js";

/**
 * Runs a command line.
 * @param args the arguments after `ofdeploy`.
 * @returns the exit code. Errors have been printed by then.
 */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const version = readVersion();
  if (args.length === 1 && ["--version", "-V", "-v"].includes(args[0] ?? "")) {
    io.stdout.write(`ofdeploy ${version}\n`);
    return EXIT.ok;
  }
  if (args[0] === "__complete") {
    const { completeCommand } = await import("./completion/complete.js");
    return completeCommand(args.slice(1), io);
  }
  const [{ runProgram }, { safeIo }] = await Promise.all([import("./program.js"), import("./output/safe-output.js")]);
  return runProgram(args, safeIo(io), version);
}

/** Runs the command line of this process, and ends the process. */
export async function runProcess(): Promise<void> {
  let io: Io;
  try {
    io = processIo();
  } catch (error) {
    // process.cwd() throws this.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    process.stderr.write(
      "error[USAGE] The working directory does not exist any more.\n  hint: Change to another directory.\n",
    );
    process.exitCode = EXIT.badInput;
    return;
  }
  exitWhenWritten(await run(process.argv.slice(2), io));
}
