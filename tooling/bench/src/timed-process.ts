import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** How often a process is asked for the most memory that it has had. */
const ASK_EVERY_MS = 3;

export interface TimedOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Text for its standard input. */
  input?: string;
  /** Exit codes that are no failure. Default 0. */
  mayExit?: readonly number[];
}

export interface Timed {
  /** From the start of the process to its end, in milliseconds. */
  ms: number;
  /** The most memory it has had, in MB (VmHWM); 0 where the system does not tell. */
  peakMb: number;
  out: string;
  err: string;
  code: number;
}

/** Runs a command to its end. @throws where it fails, with its last words. */
export function timedProcess([command = "", ...args]: readonly string[], options: TimedOptions = {}): Promise<Timed> {
  const { env = {}, cwd, input = "", mayExit = [0] } = options;
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    const timed: Timed = { ms: 0, peakMb: 0, out: "", err: "", code: 1 };
    const asking = setInterval(() => (timed.peakMb = Math.max(timed.peakMb, peakOf(child.pid))), ASK_EVERY_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (timed.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (timed.err += text));
    child.on("exit", () => {
      timed.ms = Number(process.hrtime.bigint() - began) / 1e6;
      clearInterval(asking);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      timed.code = code ?? 1;
      if (mayExit.includes(timed.code)) resolve(timed);
      else
        reject(
          new Error(
            `${command} ${args.slice(0, 3).join(" ")} ended with ${code}: ${(timed.err || timed.out).trim().slice(-400)}`,
          ),
        );
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
