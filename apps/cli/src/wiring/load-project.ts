import type { Contents } from "@openfactory/app-file";
import { DeploymentError } from "@openfactory/deploy-core";
import type { DesiredProject } from "@openfactory/deployer";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { writeJson } from "../output/json-lines.js";
import { styleFor } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { findAppFiles, noAppFile } from "./find-app-files.js";
import { loadFiles } from "./load-files.js";
import { replayStdin } from "./replay-stdin.js";

/**
 * The project for a command that acts on what is deployed. With `--project` and no file it is a name alone. Of files that
 * are not valid it is what they say of the project, without apps, and a warning is written: such a command needs no more.
 * @param contents which content that devices name is read. Default: none, which is enough to name services.
 * @param missing what the command does otherwise without the apps of the files, as a sentence.
 * @throws DeploymentError `INVALID_FILE` if the files do not say which project it is.
 */
export async function loadProject(
  options: GlobalOptions,
  io: Io,
  missing?: string,
  contents: Contents = "none",
): Promise<DesiredProject> {
  const { project, file, envFile } = options;
  const sources = findAppFiles(file, io);
  if (sources === undefined) {
    if (project === undefined) throw noAppFile(io);
    return { project, apps: [] };
  }
  const stdin = sources.includes("-") ? replayStdin(io.stdin) : undefined;
  try {
    return await loadFiles(options, io, { stdin, contents });
  } catch (error) {
    // Commands that act on what is deployed work without the connector.
    if (!DeploymentError.isInstance(error, "INVALID_FILE") && !DeploymentError.isInstance(error, "PLUGIN_FAILED"))
      throw error;
    const { loadIdentity } = await import("@openfactory/app-file");
    const { env, cwd } = io;
    const identity = await loadIdentity(sources, { env, envFiles: envFile, project, cwd, stdin });
    warn(error, [`Continuing with the deployed apps of the project ${identity.project}.`, missing], options, io);
    return { ...identity, apps: [] };
  }
}

function warn(
  { code, message }: DeploymentError,
  more: readonly (string | undefined)[],
  { json }: GlobalOptions,
  io: Io,
): void {
  const warning = { code, reason: [message, ...more].filter(Boolean).join(" ") };
  if (json) writeJson(io.stdout, "warning", warning);
  else io.stderr.write(warningText({ warning }, styleFor(io.stderr, io)));
}
