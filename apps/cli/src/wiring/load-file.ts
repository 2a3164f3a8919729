import type { AppFile } from "@openfactory/app-file";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { findAppFile } from "./find-app-file.js";

/** Reads the app file with its env files. @throws DeploymentError `INVALID_FILE`. */
export async function loadFile({ file, envFile }: GlobalOptions, io: Io): Promise<AppFile> {
  const path = findAppFile(file, io);
  const { loadAppFile } = await import("@openfactory/app-file");
  return loadAppFile(path, { env: io.env, envFiles: envFile });
}
