import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { platformOf } from "./chosen-platform.js";
import { findPlugins } from "./find-plugins.js";

/**
 * The strategy of the platform that was chosen. Nothing is asked of an engine yet.
 * @throws DeploymentError `UNKNOWN_PLATFORM`, `PLUGIN_FAILED`, `CONFLICT`, `INVALID_REQUEST` (options that do not fit), and as
 * `platformOf`.
 */
export async function openStrategy(options: GlobalOptions, io: Io): Promise<OpenFactoryServiceDeploymentStrategy> {
  const { platforms } = await findPlugins(options, io);
  const { host, context, option } = options;
  return platforms.create(await platformOf(options, io), {
    ...option,
    ...(host === undefined ? {} : { host }),
    ...(context === undefined ? {} : { context }),
  });
}
