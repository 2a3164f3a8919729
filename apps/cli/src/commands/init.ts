import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { NewFile } from "@openfactory/app-file";
import { isServiceName, parseImageReference } from "@openfactory/deploy-core";
import { APP_FILES, findDefaultFiles } from "../default-files.js";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import type { CommandContext, GlobalOptions } from "../options/context.js";
import { stripControlChars } from "../output/format.js";
import { writeResult } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { writeNewFile, writeOutputFile } from "../output/write-file.js";
import { openGuardedStrategy } from "../platforms.js";
import { checkProjectName, prepareLoad } from "../project.js";

export interface InitCommandOptions {
  /** Name of the app of a new file. */
  name?: string;
  image?: string;
  /** Names of services. */
  fromRunning?: string[];
  /** Path of the new file, or `-`. */
  output?: string;
  force?: boolean;
}

type Options = GlobalOptions & InitCommandOptions;

/** The new file, and how it differs from its source. */
interface Draft extends Pick<NewFile, "text" | "variables" | "missing"> {
  project: string;
  apps: string[];
  /** Names of the apps whose services must be adopted. */
  adopt?: string[];
  warnings?: { code: string; reason: string }[];
  /** The files that were converted. */
  sources?: readonly string[];
}

const DEFAULT_OUTPUT = APP_FILES[0];

/**
 * Writes an app file: a starter, one from running services, or one from a Compose file (`-f`, or that of the directory, unless
 * `--name` or `--image` asks for a starter). Values that look secret are not written.
 * @throws UsageError if the file exists, without `--force`. DeploymentError as `readServices` and `convertProject`.
 */
export async function initCommand({ io, options }: CommandContext<InitCommandOptions>): Promise<ExitCode> {
  const { output = DEFAULT_OUTPUT, fromRunning } = options;
  refuseCombinations(options);
  refuseExisting(options, io);
  await checkProjectName(options.project);
  const draft =
    fromRunning !== undefined
      ? await draftFromRunning([...new Set(fromRunning)], options, io)
      : isFromFiles(options, io)
        ? await draftFromFiles(options, io)
        : await starterDraft(options, io);
  const missing = draft.missing.map(({ app, reasons }) => ({
    app,
    warnings: reasons.map((reason) => ({ code: "KEY_NOT_SUPPORTED", reason: `Not in the file: ${reason}` })),
  }));
  printWarnings(draft.warnings ?? [], missing, options, io);
  await write(draft.text, output, options, io);
  report(draft, output, options, io);
  return EXIT.ok;
}

function refuseCombinations({ fromRunning, name, image, file }: Options): void {
  const others = Object.entries({ "--name": name, "--image": image, "-f": file?.length ? file : undefined })
    .filter(([, value]) => value !== undefined)
    .map(([option]) => option);
  const [other] = fromRunning === undefined ? (file?.length ? others.filter((option) => option !== "-f") : []) : others;
  if (other === undefined) return;
  const source = fromRunning === undefined ? "-f" : "--from-running";
  throw new UsageError(`${source} can't be combined with ${other}.`, `Remove ${other}, and change the new file.`);
}

function refuseExisting({ output, force = false }: Options, { cwd }: Io): void {
  if (force || output === "-") return;
  const existing = (output === undefined ? APP_FILES : [output]).find((name) => existsSync(resolve(cwd, name)));
  if (existing !== undefined) throw alreadyExists(existing);
}

const alreadyExists = (file: string): UsageError =>
  new UsageError(
    `The file ${file} already exists.`,
    "Pass --force to replace it, or another path: -o <path>. `-o -` prints the new file.",
  );

/** The directory has a Compose file, and no option asks for a starter. An app file is never a source without -f. */
function isFromFiles({ file, name, image }: Options, { cwd }: Io): boolean {
  if (file !== undefined && file.length > 0) return true;
  const found = name === undefined && image === undefined ? findDefaultFiles(cwd)?.files[0] : undefined;
  return found !== undefined && !(APP_FILES as readonly string[]).includes(found);
}

async function starterDraft(options: Options, io: Io): Promise<Draft> {
  const { name = "web", image } = options;
  if (!isServiceName(name)) {
    throw new UsageError(
      `Invalid app name ${JSON.stringify(name)}.`,
      "An app name has 2 to 63 letters, digits, - and _, and starts and ends with a letter or digit.",
    );
  }
  if (image !== undefined) checkImage(image);
  const { starterFile } = await import("@openfactory/app-file");
  const project = await projectName(options, io);
  return { text: starterFile({ project, app: name, image }), project, apps: [name], variables: [], missing: [] };
}

function checkImage(image: string): void {
  try {
    parseImageReference(image);
  } catch (error) {
    throw new UsageError((error as Error).message, "An image is written as [registry/]repository[:tag].");
  }
}

async function draftFromRunning(names: readonly string[], options: Options, io: Io): Promise<Draft> {
  const strategy = await openGuardedStrategy(options, io, undefined);
  try {
    const { readServices } = await import("@openfactory/deployer");
    const services = await readServices(strategy, names);
    const owners = new Set(services.map(({ owner }) => owner?.project));
    const [owner] = owners.size === 1 ? owners : [];
    const project = options.project ?? owner ?? (await projectName(options, io));
    const keys = appKeys(services);
    const { describeServices } = await import("@openfactory/app-file");
    const described = describeServices(
      services.map(({ request, uuid, unmapped }, index) => ({
        key: keys[index] ?? request.name,
        request,
        unmapped,
        ...(uuid !== undefined && { uuid }),
      })),
      {
        project,
        directory: directoryOf(options, io),
        comment: [`Written with \`ofdeploy init --from-running\` from the platform ${strategy.manifest.name}.`],
      },
    );
    const adopt = keys.filter((_, index) => services[index]?.owner?.project !== project);
    return { ...described, project, apps: keys, adopt };
  } finally {
    await strategy.close();
  }
}

/** The names that the apps had in their file, unless two of them are the same. */
function appKeys(services: readonly { name: string; owner?: { app?: string } }[]): string[] {
  const keys = services.map(({ name, owner }) => owner?.app ?? name);
  return new Set(keys).size === keys.length ? keys : services.map(({ name }) => name);
}

async function draftFromFiles(options: Options, io: Io): Promise<Draft> {
  const { sources, loadOptions } = await prepareLoad(options, io);
  const { convertProject } = await import("@openfactory/app-file");
  const { text, notes, project, apps } = await convertProject(sources, {
    ...loadOptions,
    to: "openfactory",
    output: options.output === "-" ? undefined : (options.output ?? DEFAULT_OUTPUT),
  });
  const { checkNotes } = await import("@openfactory/deployer");
  return { text, project, apps, variables: [], missing: [], warnings: checkNotes(notes), sources };
}

const directoryOf = ({ output = DEFAULT_OUTPUT }: Options, { cwd }: Io): string =>
  output === "-" ? cwd : dirname(resolve(cwd, output));

/** The name of `-p`, or that of the directory of the file. */
async function projectName(options: Options, io: Io): Promise<string> {
  const { normalizeProjectName } = await import("@openfactory/app-file");
  return options.project ?? (normalizeProjectName(basename(directoryOf(options, io))) || "factory");
}

async function write(text: string, output: string, { json, force = false }: Options, io: Io): Promise<void> {
  if (output === "-") {
    if (!json) io.stdout.write(text);
    return;
  }
  if (force) await writeOutputFile(output, text, io.cwd, { option: "-o" });
  else await writeNewFile(output, text, io.cwd, { option: "-o", exists: alreadyExists });
}

function report(draft: Draft, output: string, options: Options, io: Io): void {
  const { text, project, apps, variables } = draft;
  if (options.json) {
    const file = output === "-" ? { text } : { file: output };
    writeResult(io, { command: "init", ok: true, exitCode: EXIT.ok, project, apps, variables, ...file });
    return;
  }
  if (output === "-") return;
  if (options.quiet) io.stdout.write(`${output}\n`);
  else io.stdout.write(stripControlChars(summary(draft, output, options)));
}

/** What was written, and the commands to run next. */
function summary({ project, apps, variables, sources, adopt = [] }: Draft, output: string, options: Options): string {
  const isDefault = (APP_FILES as readonly string[]).includes(output);
  const platform = options.platform === undefined ? "" : ` --platform ${options.platform}`;
  const run = (command: string): string => `  ofdeploy ${command}${isDefault ? "" : ` -f ${output}`}${platform}\n`;
  const adopted = adopt.map((app) => ` --adopt ${app}`).join("");
  return [
    `Wrote ${output}${sources === undefined ? "" : ` from ${sources.join(", ")}`}: ${apps.length} ${apps.length === 1 ? "app" : "apps"}, project ${project}.\n`,
    ...(variables.length === 0
      ? []
      : [
          `Values that look secret were not copied. Set them in ${join(dirname(output), ".env")} or in the environment:\n`,
          ...variables.map(({ name, app, key }) => `  ${name}   ${key} of ${app}\n`),
        ]),
    "Next:\n",
    run("validate"),
    run(`plan${adopted}`),
    run(adopt.length === 0 ? "up" : `up${adopted}`),
  ].join("");
}
