import { spawn } from "node:child_process";
import { root, toolEnvironment } from "./root.mjs";

/** Expected warnings: the system's Node may be older than the checkout's Node, which runs the tools. */
const EXPECTED = /\bWARN\b.*Unsupported engine/;

/** A failed step with a message for users: one sentence, after the tool's output. */
export class StepError extends Error {}

/** Runs a step, and prints its title and duration. */
export async function step(title, work) {
  const began = performance.now();
  console.log(`> ${title}`);
  const result = await work();
  console.log(`  done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Runs a tool and prints its output, indented. Throws StepError with `sentence` if it fails.
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
