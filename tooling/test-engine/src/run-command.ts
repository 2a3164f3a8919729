import { spawn } from "node:child_process";
import { TestEngineError } from "./test-engine-error.js";

export interface CommandOptions {
  /** Bytes for its standard input. */
  readonly input?: string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Keeps Ctrl-C of the terminal from it: for what must not stop half-way, such as an installation. */
  readonly shielded?: boolean;
  readonly signal?: AbortSignal;
  /** Called with each line it prints, on either stream. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where engines and their tools lie, which the path of a plain user often lacks. */
export const systemPath = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;

/** Runs a command to its end and returns what it printed, whatever its exit code. */
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
    // A command that ends before it has read its input breaks the pipe; its exit code tells of that.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}

/**
 * As `runCommand`, for commands that must succeed.
 * @throws TestEngineError with the last lines of its output when it does not
 */
export async function mustRun(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, options);
  if (code === 0) return stdout;
  const tail = `${stdout}${stderr}`.trim().split("\n").slice(-15).join("\n  ");
  throw new TestEngineError(
    `\`${[command, ...args].join(" ").slice(0, 200)}\` ended with exit code ${code}:\n  ${tail}`,
  );
}

/** Is there such a command on this machine? */
export async function hasCommand(command: string): Promise<boolean> {
  return (await runCommand("sh", ["-c", `command -v ${command}`])).code === 0;
}
