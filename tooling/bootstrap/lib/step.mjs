import { spawn } from "node:child_process";
import { root, toolEnvironment } from "./root.mjs";

/** The system's Node is older than the checkout's own, on which everything runs that is warned of here. */
const EXPECTED = /\bWARN\b.*Unsupported engine/;

/** A step that failed for a reason the user can read: one sentence, the tool's own output standing above it. */
export class StepError extends Error {}

/** Runs one step, announced by its title and ended by the seconds it took. */
export async function step(title, work) {
  const began = performance.now();
  console.log(`> ${title}`);
  const result = await work();
  console.log(`  done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Runs a tool to its end, its output shown indented as it comes.
 * Throws StepError with `sentence` when it fails.
 */
export function runTool(sentence, command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnvironment, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop();
        for (const line of lines.filter((line) => line.trim() && !EXPECTED.test(line))) console.log(`  | ${line}`);
      });
    }
    child.on("error", (error) => reject(new StepError(`${sentence}: ${error.message}.`)));
    child.on("close", (code) => (code === 0 ? resolve() : reject(new StepError(`${sentence} (exit code ${code}).`))));
  });
}
