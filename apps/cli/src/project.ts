import { readdirSync } from "node:fs";
import type { AppProject, Contents, LoadOptions, ResolvedDocument } from "@openfactory/app-file";
import { DeploymentError, type OpenFactoryServiceDeploymentStrategy, whileWaiting } from "@openfactory/deploy-core";
import type { DesiredProject } from "@openfactory/deployer";
import { APP_FILES, type DefaultFiles, findDefaultFiles } from "./default-files.js";
import type { Io } from "./io.js";
import type { GlobalOptions } from "./options/context.js";
import { printWarnings } from "./output/messages.js";
import { openStrategy } from "./platforms.js";
import { findPlugins } from "./plugins.js";

/** The files and directories of `-f`, or the default files of the working directory. */
const findAppFiles = (given: readonly string[] | undefined, { cwd }: Io): DefaultFiles | undefined =>
  given !== undefined && given.length > 0 ? { files: [...given], notes: [] } : findDefaultFiles(cwd);

/** The error if `-f` is missing and the working directory has no app file, or can't be read. */
function noAppFile({ cwd }: Io): DeploymentError {
  const names = `${APP_FILES.join(", ")} or compose.yaml`;
  let others: string[];
  try {
    others = readdirSync(cwd)
      .filter((name) => /^(?:app|dev)_.+\.ya?ml$/.test(name))
      .sort();
  } catch (cause) {
    return new DeploymentError("INVALID_FILE", `The working directory ${cwd} can't be read.`, {
      hint: "Check its permissions, or pass the path of the file: -f <path>.",
      cause,
    });
  }
  return new DeploymentError("INVALID_FILE", `There is no ${names} in this directory.`, {
    hint:
      others.length === 0
        ? "Change to the directory of the file, or pass its path: -f <path>."
        : `Found ${others.slice(0, 3).join(", ")}${others.length > 3 ? ", ..." : ""}: pass -f . to deploy all app_* and dev_* files, or -f ${others[0]} for a single file.`,
  });
}

/**
 * Reads the app files and their env files as one project.
 * @param options.stdin the input of `-f -`. Default: standard input.
 * @param options.contents the device models to read. Default: all.
 * @throws DeploymentError `INVALID_FILE`, `INVALID_REQUEST` (`-p`); `PLUGIN_FAILED` for the connector of a device.
 */
export async function loadFiles(options: GlobalOptions, io: Io, input: FileInput = {}): Promise<AppProject> {
  const wait = { subject: "the files of the project", action: "be read", level: "command" } as const;
  const read = () => whileWaiting(wait, () => readFiles(options, io, input));
  return io.recorder === undefined ? read() : io.recorder.during("read", read);
}

/** With this many apps, a command needs at most 150 MB of memory. */
const APPS_WITHOUT_LIMIT = 500;

async function readFiles(options: GlobalOptions, io: Io, input: FileInput): Promise<AppProject> {
  const { sources, notes, loadOptions } = await prepareLoad(options, io, input);
  const { loadProject } = await import("@openfactory/app-file");
  const loaded = await loadProject(sources, loadOptions);
  if (loaded.apps.length > APPS_WITHOUT_LIMIT) await io.limitMemory?.();
  return notes.length === 0 ? loaded : { ...loaded, notes: [...notes, ...(loaded.notes ?? [])] };
}

interface FileInput {
  stdin?: Io["stdin"] | undefined;
  contents?: Contents;
}

/** @throws DeploymentError `INVALID_REQUEST` for a name of `-p` that is no project name. */
export async function checkProjectName(project: string | undefined): Promise<void> {
  const { normalizeProjectName } = await import("@openfactory/app-file");
  if (project === undefined || normalizeProjectName(project) === project) return;
  throw new DeploymentError("INVALID_REQUEST", `Invalid project name ${JSON.stringify(project)}.`, {
    hint: `A project name consists of lowercase letters, digits, _ and -, and starts with a letter or digit: -p ${normalizeProjectName(project) || "<name>"}.`,
  });
}

/** The files that the options name, and how to read them. @throws DeploymentError as {@link loadFiles}. */
export async function prepareLoad(
  options: GlobalOptions,
  io: Io,
  { stdin, contents = "all" }: FileInput = {},
): Promise<{ sources: string[]; notes: DefaultFiles["notes"]; loadOptions: LoadOptions }> {
  const { file, envFile, project, profile: profiles } = options;
  const found = findAppFiles(file, io);
  if (found === undefined) throw noAppFile(io);
  const { files: sources, notes } = found;
  await checkProjectName(project);
  const { connectors } = await findPlugins(options, io);
  const { env, cwd } = io;
  // io.stdin is read only if needed, because an open standard input keeps the process running.
  const input = stdin ?? (sources.includes("-") ? io.stdin : undefined);
  return {
    sources,
    notes,
    loadOptions: {
      env,
      cwd,
      connectors,
      contents,
      ...(envFile && { envFiles: envFile }),
      ...(project !== undefined && { project }),
      ...(input && { stdin: input }),
      ...(profiles && { profiles }),
    },
  };
}

/** Reads the files as one app file, with all variables replaced. @throws DeploymentError as `loadFiles`; `UNSUPPORTED`. */
export async function resolveFiles(options: GlobalOptions, io: Io): Promise<ResolvedDocument> {
  const stdin = options.file?.includes("-") ? replayStdin(io.stdin) : undefined;
  const { sources, loadOptions } = await prepareLoad(options, io, { stdin });
  const { resolveDocument } = await import("@openfactory/app-file");
  return resolveDocument(sources, loadOptions);
}

/**
 * Loads the files for a command that deploys, opens the strategy, and checks the files against the platform.
 * @throws DeploymentError as `loadFiles` and `openStrategy`.
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

/**
 * Loads the project for a command that acts on deployed services. With `--project` and no file, the project has only a
 * name. If a file is invalid, the project has its identity and no apps, and a warning is printed.
 * @param consequence the effect of a project without apps on the command, as a sentence for the warning.
 * @param contents the device models to read. Default: none; the names of services don't depend on them.
 * @throws DeploymentError `INVALID_FILE` if the identity of the project can't be read.
 */
export async function loadProject(
  options: GlobalOptions,
  io: Io,
  consequence?: string,
  contents: Contents = "none",
): Promise<DesiredProject> {
  const { project, file, envFile } = options;
  const sources = findAppFiles(file, io)?.files;
  if (sources === undefined) {
    if (project === undefined) throw noAppFile(io);
    return { project, apps: [] };
  }
  const stdin = sources.includes("-") ? replayStdin(io.stdin) : undefined;
  try {
    return await loadFiles(options, io, { stdin, contents });
  } catch (error) {
    // A connector plugin that can't be loaded does not matter to these commands.
    if (!DeploymentError.isInstance(error, "INVALID_FILE") && !DeploymentError.isInstance(error, "PLUGIN_FAILED"))
      throw error;
    const { loadIdentity } = await import("@openfactory/app-file");
    const { env, cwd } = io;
    const identity = await loadIdentity(sources, { env, envFiles: envFile, project, cwd, stdin });
    const effect = `Continuing with the deployed apps of the project ${identity.project}.`;
    const reason = [error.message, effect, consequence].filter(Boolean).join(" ");
    printWarnings([{ code: error.code, reason }], [], options, io);
    return { ...identity, apps: [] };
  }
}

/** A copy of standard input that can be read more than once. */
function replayStdin(stdin: Io["stdin"]): Io["stdin"] {
  const chunks: (Uint8Array | string)[] = [];
  let source: AsyncIterator<Uint8Array | string> | undefined;
  return {
    async *[Symbol.asyncIterator]() {
      source ??= stdin[Symbol.asyncIterator]();
      for (let index = 0; ; index += 1) {
        if (index === chunks.length) {
          const { value, done } = await source.next();
          if (done) return;
          chunks.push(value);
        }
        yield chunks[index] as Uint8Array | string;
      }
    },
  };
}
