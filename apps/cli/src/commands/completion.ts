import type { Command } from "commander";
import { describeCommands } from "../completion/describe-commands.js";
import { bashScript } from "../completion/bash.js";
import { fishScript } from "../completion/fish.js";
import { zshScript } from "../completion/zsh.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";

export const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export function completionCommand(program: Command, shell: keyof typeof SHELLS, io: Io): ExitCode {
  io.stdout.write(SHELLS[shell](describeCommands(program)));
  return EXIT.ok;
}
