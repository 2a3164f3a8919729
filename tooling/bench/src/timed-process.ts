import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** Interval of reading the peak memory of a process. */
const READ_INTERVAL_MS = 3;

export interface TimedOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Text for its standard input. */
  input?: string;
  /** Exit codes that are not a failure. Default 0. */
  allowedExits?: readonly number[];
  /** The process is killed after this time. Default: never. */
  limitMs?: number;
}

export interface Timed {
  /** Duration of the process in milliseconds. */
  ms: number;
  /** Peak memory in MB (VmHWM); 0 if it is not available. */
  peakMb: number;
  out: string;
  err: string;
  code: number;
}

/** Runs a command. @throws an error with the end of its output if it fails, or with the time limit if it was killed. */
export function timedProcess([command = "", ...args]: readonly string[], options: TimedOptions = {}): Promise<Timed> {
  const { env = {}, cwd, input = "", allowedExits = [0], limitMs } = options;
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    const timed: Timed = { ms: 0, peakMb: 0, out: "", err: "", code: 1 };
    const reading = setInterval(() => (timed.peakMb = Math.max(timed.peakMb, peakOf(child.pid))), READ_INTERVAL_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (timed.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (timed.err += text));
    child.on("exit", () => {
      timed.ms = Number(process.hrtime.bigint() - began) / 1e6;
      clearInterval(reading);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (limitMs !== undefined && signal === "SIGKILL")
        reject(new Error(`${command} ${args.slice(0, 3).join(" ")} was stopped after ${limitMs / 1000} s`));
      timed.code = code ?? 1;
      if (allowedExits.includes(timed.code)) resolve(timed);
      else
        reject(
          new Error(
            `${command} ${args.slice(0, 3).join(" ")} failed with exit code ${code}: ${(timed.err || timed.out).trim().slice(-400)}`,
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
