// Random operations and faults, on the checkout's Node after setup: --minutes 30, --seed 7, --platform docker or swarm.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { root, toolEnvironment } from "./root.mjs";

const text = { type: "string" };
const { values } = parseArgs({ options: { minutes: text, seed: text, platform: text } });
const chosen = Object.fromEntries(Object.entries(values).map(([name, value]) => [`SOAK_${name.toUpperCase()}`, value]));
const words = [
  "run",
  "--config",
  "tooling/vitest/vitest.config.ts",
  "--project",
  "long",
  "apps/swarm-harness/tests/soak",
];
const { status } = spawnSync("vitest", words, { cwd: root, env: { ...toolEnvironment, ...chosen }, stdio: "inherit" });
process.exitCode = status ?? 1;
