import type { AppProject } from "@openfactory/app-file";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { findAppFiles, noAppFile } from "./find-app-files.js";

/** Reads the app files as one project, with their env files. @throws DeploymentError `INVALID_FILE`. */
export async function loadFiles({ file, envFile, project }: GlobalOptions, io: Io): Promise<AppProject> {
  const sources = findAppFiles(file, io);
  if (sources === undefined) throw noAppFile(io);
  const { loadProject } = await import("@openfactory/app-file");
  const { env, cwd, stdin } = io;
  return loadProject(sources, { env, envFiles: envFile, project, cwd, stdin });
}
