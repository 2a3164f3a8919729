// npm run demo: sets the checkout up, then shows it at work. Runs on the system's Node with nothing installed.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("run-demo.mjs");
});
