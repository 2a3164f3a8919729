// npm run release:dry: sets up the checkout, then builds everything that is released, without publishing it. Runs on the
// system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  return runOnOwnNode("../../release/src/main.mjs", process.argv.slice(2));
});
