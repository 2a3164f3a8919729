// npm test: sets the checkout up, then runs every check. With --all (npm run test:all) also what repeats them on further
// engine versions. Runs on the system's Node with nothing installed.
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
