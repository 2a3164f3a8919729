// npm test: sets up the checkout, then runs every check and test. With --all (npm run test:all) also the repetitions on other
// engine versions; with --check (npm run check) only the checks without an engine. Runs on the system's Node without installed
// dependencies.
import { runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

try {
  await setup();
  process.exitCode = await runOnOwnNode("run-tests.mjs", process.argv.slice(2));
} catch (error) {
  console.error(`\n${error.message}`);
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}
