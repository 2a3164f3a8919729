// npm run demo: sets up the checkout, then runs the demo. Runs on the system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("run-demo.mjs");
});
