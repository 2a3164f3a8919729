// npm run conformance: the conformance reports in docs/conformance. Runs on the system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("../../conformance/src/main.ts", process.argv.slice(2));
});
