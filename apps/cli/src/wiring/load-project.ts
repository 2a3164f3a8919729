import type { DesiredProject } from "@openfactory/deployer";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { findAppFiles } from "./find-app-files.js";
import { loadFiles } from "./load-files.js";

/** The project of the files, or with `--project` and no file its name alone. */
export async function loadProject(options: GlobalOptions, io: Io): Promise<DesiredProject> {
  const { project, file } = options;
  if (project !== undefined && findAppFiles(file, io) === undefined) return { project, apps: [] };
  return loadFiles(options, io);
}
