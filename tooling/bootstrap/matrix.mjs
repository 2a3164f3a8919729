// npm run test:matrix: the contract on every engine version. Runs on the system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("run-matrix.mjs");
});
