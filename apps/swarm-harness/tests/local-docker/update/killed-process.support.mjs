// Makes one call of the strategy. killed.engine.test.ts kills this process during the call.
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const strategy = new LocalDockerDeploymentStrategy(createEngine({ host: process.argv[2] }));
await strategy.list();
process.once("message", async ({ call, argument, options }) => {
  await strategy[call](argument, options).catch((error) => process.stderr.write(`${error}\n`));
  process.exit(0);
});
process.send("ready");
