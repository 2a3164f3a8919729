import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import { DEFAULT_PLATFORM, type GlobalOptions } from "../options/global-options.js";
import { findPlugins } from "./find-plugins.js";

/** The platform's name: as given, from the environment, or the default. */
export const platformOf = ({ platform }: GlobalOptions, { env }: Io): string =>
  platform ?? (env["DEPLOYMENT_PLATFORM"] || DEFAULT_PLATFORM);

/**
 * The strategy of the platform that was chosen. Nothing is asked of an engine yet.
 * @throws DeploymentError `UNKNOWN_PLATFORM`, `PLUGIN_FAILED`, `CONFLICT`, `INVALID_REQUEST` (options that do not fit).
 */
export async function openStrategy(options: GlobalOptions, io: Io): Promise<OpenFactoryServiceDeploymentStrategy> {
  const { platforms } = await findPlugins(options, io);
  const { host, context, option } = options;
  return platforms.create(platformOf(options, io), {
    ...option,
    ...(host === undefined ? {} : { host }),
    ...(context === undefined ? {} : { context }),
  });
}
