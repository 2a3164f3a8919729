import { SCRIPTS } from "../completion/scripts.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";

/** Prints the script that connects a shell with `ofdeploy __complete`. */
export function completionCommand(shell: keyof typeof SCRIPTS, io: Io): ExitCode {
  io.stdout.write(SCRIPTS[shell]);
  return EXIT.ok;
}
