import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, toolEnvironment } from "./root.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Is the module at `url` the one Node was started with? */
export const isMain = (url) => realpathSync(process.argv[1]) === fileURLToPath(url);

/** Runs a command's work, which returns its exit code; an error is told in its own words, without a stack. */
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
 * Signals are passed on, and the script's end is awaited whatever they are: it is the one that cleans up.
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
    const passOn = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, passOn);
    child.on("error", reject);
    child.on("close", (code) => {
      for (const signal of SIGNALS) process.removeListener(signal, passOn);
      resolve(code ?? 1);
    });
  });
}

/** A signal that is aborted by Ctrl-C, a request to end, or a closed terminal. */
export function abortOnSignals() {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) return;
      console.error("\nInterrupted: taking everything down.");
      controller.abort(new Error("Interrupted."));
    });
  }
  return controller.signal;
}
