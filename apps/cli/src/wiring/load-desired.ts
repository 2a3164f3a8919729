import type { AppFile } from "@openfactory/app-file";
import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { loadFile } from "./load-file.js";
import { openStrategy } from "./open-strategy.js";

/**
 * The file and the strategy, and whether the one can be deployed on the other as far as the file tells.
 * @throws DeploymentError `INVALID_FILE` and as `openStrategy`.
 */
export async function loadDesired(
  options: GlobalOptions,
  io: Io,
): Promise<{ desired: AppFile; strategy: OpenFactoryServiceDeploymentStrategy }> {
  const desired = await loadFile(options, io);
  const strategy = await openStrategy(options, io);
  const { validateFor } = await import("@openfactory/app-file");
  validateFor(desired, { multiNode: strategy.manifest.placesOnNodes ?? false });
  return { desired, strategy };
}
