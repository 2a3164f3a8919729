// The contract on every engine version, on the checkout's Node after setup.
import { spawnSync } from "node:child_process";
import { root, toolEnvironment } from "./root.mjs";

const words = [
  "run",
  "--config",
  "tooling/vitest/vitest.config.ts",
  "--project",
  "matrix",
  "--reporter=default",
  "--reporter=./tooling/vitest/matrix-reporter.ts",
];
const { status } = spawnSync("vitest", words, {
  cwd: root,
  env: { ...process.env, ...toolEnvironment },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
