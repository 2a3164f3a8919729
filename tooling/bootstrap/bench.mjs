// npm run bench: how fast it is, against its peers. Runs on the system's Node with nothing installed.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("../../bench/src/main.ts", process.argv.slice(2));
});
