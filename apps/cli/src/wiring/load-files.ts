import type { AppProject, Contents } from "@openfactory/app-file";
import { DeploymentError } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { findPlugins } from "./find-plugins.js";
import { findAppFiles, noAppFile } from "./find-app-files.js";

/**
 * Reads the app files as one project, with their env files.
 * @param reads.stdin what `-` reads. Default: standard input.
 * @param reads.contents which content that devices name is read. Default: all.
 * @throws DeploymentError `INVALID_FILE`, `INVALID_REQUEST` (`-p`); `PLUGIN_FAILED` for a connector of a device.
 */
export async function loadFiles(
  options: GlobalOptions,
  io: Io,
  { stdin, contents = "all" }: { stdin?: Io["stdin"] | undefined; contents?: Contents } = {},
): Promise<AppProject> {
  const { file, envFile, project } = options;
  const sources = findAppFiles(file, io);
  if (sources === undefined) throw noAppFile(io);
  const { loadProject, projectName } = await import("@openfactory/app-file");
  if (project !== undefined && projectName(project) !== project) {
    throw new DeploymentError("INVALID_REQUEST", `${JSON.stringify(project)} is not a project name.`, {
      hint: `A project name has lower-case letters, digits, _ and -, a letter or digit first: -p ${projectName(project) || "<name>"}.`,
    });
  }
  const { connectors } = await findPlugins(options, io);
  const { env, cwd } = io;
  // Opened only to be read: a process with an open standard input waits for its end.
  const input = stdin ?? (sources.includes("-") ? io.stdin : undefined);
  return loadProject(sources, { env, envFiles: envFile, project, cwd, stdin: input, connectors, contents });
}
