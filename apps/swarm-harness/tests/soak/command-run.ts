import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { COMMAND } from "../cli/support/spawn-ofdeploy.js";

export interface CommandRun {
  /** Null if it was killed. */
  code: number | null;
  text: string;
  tookMs: number;
  /** The highest sampled resident memory of the process in MiB. */
  peakMib: number;
}

/** A command that runs, and can be interrupted or killed. */
export interface RunningCommand {
  readonly ended: Promise<CommandRun>;
  kill(signal: NodeJS.Signals): void;
}

const LOOK_EVERY_MS = 100;

/** Starts the bundled command. After `limitMs` it is killed, and its text says so: no command may hang. */
export function startCommand(
  args: readonly string[],
  { cwd, limitMs, env = {} }: { cwd: string; limitMs: number; env?: Readonly<Record<string, string>> | undefined },
): RunningCommand {
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let text = "";
  let peakMib = 0;
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  const look = setInterval(() => (peakMib = Math.max(peakMib, memoryOf(child.pid))), LOOK_EVERY_MS);
  const limit = setTimeout(() => {
    text += `\nHANGS: it was killed after ${limitMs / 1000} s`;
    child.kill("SIGKILL");
  }, limitMs);
  const ended = new Promise<CommandRun>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(look);
      clearTimeout(limit);
      resolve({ code, text, tookMs: performance.now() - began, peakMib });
    });
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}

/** The peak so far, in MiB; 0 where the system does not report it. */
function memoryOf(pid: number | undefined): number {
  try {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}
