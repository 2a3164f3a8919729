import type { DesiredProject } from "@openfactory/deployer";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { loadFile } from "./load-file.js";

/** The file's apps, or with `--project` the project's name alone: then no file is needed. */
export async function loadProject(options: GlobalOptions & { project?: string }, io: Io): Promise<DesiredProject> {
  return options.project === undefined ? loadFile(options, io) : { project: options.project, apps: [] };
}
