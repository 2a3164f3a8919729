import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, toolEnvironment } from "./root.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Whether Node was started with the module at `url`. */
export const isMain = (url) => realpathSync(process.argv[1]) === fileURLToPath(url);

/** Runs a command, which returns its exit code. An error is printed without its stack. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

/**
 * Runs a script, by its path from this folder, on the checkout's Node, and returns its exit code.
 * Forwards signals and waits until the script ends, since the script cleans up.
 */
export function runOnOwnNode(script, args = []) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      join(root, "node_modules", ".bin", "node"),
      [fileURLToPath(new URL(`./${script}`, import.meta.url)), ...args],
      {
        cwd: root,
        env: toolEnvironment,
        stdio: "inherit",
      },
    );
    const forward = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    child.on("error", reject);
    child.on("close", (code) => {
      for (const signal of SIGNALS) process.removeListener(signal, forward);
      resolve(code ?? 1);
    });
  });
}

/** A signal that is aborted by Ctrl-C, SIGTERM, or a closed terminal. */
export function abortOnSignals() {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) return;
      console.error("\nInterrupted: cleaning up.");
      controller.abort(new Error("Interrupted."));
    });
  }
  return controller.signal;
}
