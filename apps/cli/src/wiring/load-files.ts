import type { AppProject } from "@openfactory/app-file";
import { DeploymentError } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { findAppFiles, noAppFile } from "./find-app-files.js";

/**
 * Reads the app files as one project, with their env files.
 * @param more.stdin what `-` reads. Default: standard input.
 * @param more.contents whether to read what devices name, such as device models on other hosts. Default true.
 * @throws DeploymentError `INVALID_FILE`, `INVALID_REQUEST` (`-p`).
 */
export async function loadFiles(
  { file, envFile, project }: GlobalOptions,
  io: Io,
  { stdin, contents }: { stdin?: Io["stdin"] | undefined; contents?: boolean } = {},
): Promise<AppProject> {
  const sources = findAppFiles(file, io);
  if (sources === undefined) throw noAppFile(io);
  const { loadProject, projectName } = await import("@openfactory/app-file");
  if (project !== undefined && projectName(project) !== project) {
    throw new DeploymentError("INVALID_REQUEST", `${JSON.stringify(project)} is not a project name.`, {
      hint: `A project name has lower-case letters, digits, _ and -, a letter or digit first: -p ${projectName(project) || "<name>"}.`,
    });
  }
  const { env, cwd } = io;
  // Opened only to be read: a process with an open standard input waits for its end.
  const input = stdin ?? (sources.includes("-") ? io.stdin : undefined);
  return loadProject(sources, { env, envFiles: envFile, project, cwd, stdin: input, contents });
}
