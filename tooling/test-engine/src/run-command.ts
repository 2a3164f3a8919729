import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { TestEngineError } from "./errors-and-log.js";

export interface CommandOptions {
  /** Standard input of the command. */
  readonly input?: string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Protects the command from Ctrl-C, such as an installation that must not be interrupted. */
  readonly shielded?: boolean;
  readonly signal?: AbortSignal;
  /** Called with each line of output, of both streams. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The path with the directories of engines and their tools, which a user's path often lacks. */
export const systemPath = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;

/** Runs a command and returns its output and exit code. Does not throw for an exit code other than 0. */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...options.env, PATH: systemPath },
      cwd: options.cwd,
      detached: options.shielded ?? false,
      signal: options.signal,
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        if (!options.onLine) return;
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        lines.forEach(options.onLine);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, ...output }));
    // The pipe breaks if a command ends without reading its input. Its exit code reports the failure.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}

/**
 * As `runCommand`, but returns the standard output.
 * @throws TestEngineError with the last lines of output if the exit code is not 0
 */
export async function mustRun(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, options);
  if (code === 0) return stdout;
  const tail = `${stdout}${stderr}`.trim().split("\n").slice(-15).join("\n  ");
  throw new TestEngineError(
    `\`${[command, ...args].join(" ").slice(0, 200)}\` failed with exit code ${code}:\n  ${tail}`,
  );
}

/** Whether the command exists on this machine. */
export async function hasCommand(command: string): Promise<boolean> {
  return (await runCommand("sh", ["-c", `command -v ${command}`])).code === 0;
}

/** Unmounts all file systems below `folder`, the innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const point of points.filter((point) => point.startsWith(`${folder}/`)).toReversed()) {
    await runCommand("umount", ["-l", point]);
  }
}
