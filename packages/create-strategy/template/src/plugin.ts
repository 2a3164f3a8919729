import { defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { MyPlatformStrategy, optionsSchema } from "./strategy.js";

/** Adds the platform `my-platform`. The key `openfactory.deploymentPlatforms` in package.json declares this file. */
export const plugin = defineStrategyPlugin({
  name: "my-platform",
  // The version that this package was written for. Keep the literal: the installed core may have a later version.
  contractVersion: "1.0",
  description: "A placeholder that stores services in a folder and runs nothing.",
  options: optionsSchema,
  register(container, options) {
    container.register(DEPLOYMENT_STRATEGY, { useValue: new MyPlatformStrategy(options) });
  },
});
