// npm run bench: benchmarks against other tools. Runs on the system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("../../bench/src/main.ts", process.argv.slice(2));
});
