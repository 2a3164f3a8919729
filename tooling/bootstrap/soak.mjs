// npm run soak: random operations and faults on an engine and a swarm. Runs on the system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("run-soak.mjs", process.argv.slice(2));
});
