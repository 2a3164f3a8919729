import { CONTRACT_VERSION, defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { optionsSchema } from "./options.js";
import { MyPlatformStrategy } from "./strategy.js";

/** Adds the platform `my-platform`. The package.json says where this file is: `openfactory.deploymentPlatforms`. */
export const plugin = defineStrategyPlugin({
  name: "my-platform",
  contractVersion: CONTRACT_VERSION,
  description: "A stand-in that notes services down in a folder; nothing runs yet.",
  options: optionsSchema,
  register(container, options) {
    container.register(DEPLOYMENT_STRATEGY, { useValue: new MyPlatformStrategy(options) });
  },
});
