import { CONTRACT_VERSION, defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { MyPlatformStrategy, optionsSchema } from "./strategy.js";

/** Adds the platform `my-platform`. The key `openfactory.deploymentPlatforms` in package.json declares this file. */
export const plugin = defineStrategyPlugin({
  name: "my-platform",
  contractVersion: CONTRACT_VERSION,
  description: "A placeholder that stores services in a folder and runs nothing.",
  options: optionsSchema,
  register(container, options) {
    container.register(DEPLOYMENT_STRATEGY, { useValue: new MyPlatformStrategy(options) });
  },
});
