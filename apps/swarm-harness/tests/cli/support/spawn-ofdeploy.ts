import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const COMMAND = fileURLToPath(new URL("../../../../cli/bin/ofdeploy.js", import.meta.url));

export interface ProcessResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What the command waits for, which depends on the load of the machine. */
const WAIT_LINES = /^waiting for .*, for .*\n/gm;
const WAIT_EVENTS = /^\{"event":"wait",.*\n/gm;

/** Runs the command as a process. Leaves out the lines about waits. */
export function spawnOfdeploy(args: readonly string[], env: Record<string, string> = {}): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    const ran: ProcessResult = { code: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ran.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ran.stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      const { stdout, stderr } = ran;
      resolve({ code, stdout: stdout.replace(WAIT_EVENTS, ""), stderr: stderr.replace(WAIT_LINES, "") });
    });
  });
}
