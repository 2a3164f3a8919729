// Does one call of the strategy, to be killed in the middle of it. See killed.engine.test.ts.
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "../../dist/index.js";

const strategy = new LocalDockerDeploymentStrategy(createEngine({ host: process.argv[2] }));
await strategy.list();
process.once("message", async ({ call, argument, options }) => {
  await strategy[call](argument, options).catch((error) => process.stderr.write(`${error}\n`));
  process.exit(0);
});
process.send("ready");
