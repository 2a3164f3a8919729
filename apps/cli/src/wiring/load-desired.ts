import type { AppProject } from "@openfactory/app-file";
import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { loadFiles } from "./load-files.js";
import { openStrategy } from "./open-strategy.js";

/**
 * The project of the files and the strategy. The files are checked against the platform.
 * @throws DeploymentError `INVALID_FILE` and as `openStrategy`.
 */
export async function loadDesired(
  options: GlobalOptions,
  io: Io,
): Promise<{ desired: AppProject; strategy: OpenFactoryServiceDeploymentStrategy }> {
  const desired = await loadFiles(options, io);
  const strategy = await openStrategy(options, io);
  const { validateFor } = await import("@openfactory/app-file");
  validateFor(desired, { multiNode: strategy.manifest.placesOnNodes ?? false });
  return { desired, strategy };
}
