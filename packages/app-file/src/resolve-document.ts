import { dirname, join, posix } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { SourceFile } from "./build-project.js";
import { isComposeText } from "./compose/read-compose.js";
import { findSources } from "./files/find-sources.js";
import { Findings } from "./findings.js";
import { type LoadOptions, loadProject, readSources, readTexts } from "./load-project.js";
import type { App, AppProject } from "./model.js";
import type { Located } from "./yaml/source-tree.js";

type Entry = Record<string, unknown>;

/** A project as one app file. */
export interface ResolvedDocument {
  project: AppProject;
  /**
   * The content of one app file for the same project: all files merged, aliases and variables replaced, env files and
   * inherited variables written as `environment`. Contains the values of variables.
   */
  document: Entry;
}

/** Variables that an app gets from its uuid, and may not set. */
const IDENTITY = new Set(["APP_UUID", "DOCKER_SERVICE"]);

/**
 * Reads files as {@link loadProject} does, and merges them to one app file in the project directory.
 * @param options.stdin is read twice.
 * @throws DeploymentError `INVALID_FILE`; `UNSUPPORTED` for Compose files.
 */
export async function resolveDocument(
  sources: readonly string[],
  options: LoadOptions = {},
): Promise<ResolvedDocument> {
  const project = await loadProject(sources, options);
  const { cwd = process.cwd() } = options;
  const findings = new Findings();
  const { files } = await findSources(sources, cwd, findings);
  const texts = await readTexts(files, options.stdin, findings);
  const compose = texts.find(({ source }) => isComposeText(source.text));
  if (compose !== undefined) {
    throw new DeploymentError(
      "UNSUPPORTED",
      `${compose.file} is a Compose file, which can't be printed as an app file.`,
      {
        hint: `Run \`docker compose -f ${compose.file} config\`, or convert it with \`ofdeploy convert\`.`,
      },
    );
  }
  const read = await readSources(texts, { ...options, cwd }, findings);
  findings.throwIfAny();
  const apps = new Map(project.apps.map((app) => [app.service, app]));
  const section = (name: string, resolve: (entry: Located, source: SourceFile) => unknown): Entry =>
    Object.fromEntries(
      read.flatMap((source) =>
        [...(source.tree.find([name])?.children ?? [])].map(([key, entry]) => [key, resolve(entry, source)]),
      ),
    );
  const sections = {
    apps: section("apps", (entry) => appOf(entry, apps)),
    devices: devicesOf(read),
    networks: section("networks", (entry) => plain(entry)),
    secrets: section("secrets", withPath),
    configs: section("configs", withPath),
  };
  const document = Object.fromEntries(
    Object.entries(sections).filter(([, entries]) => Object.keys(entries).length > 0),
  );
  return { project, document: { name: project.project, ...document } };
}

/** The devices. A name that several files use is replaced by the uuid, as on the command line. */
function devicesOf(read: readonly SourceFile[]): Entry {
  const all = read.flatMap(({ tree }) =>
    [...(tree.find(["devices"])?.children ?? [])].map(([key, entry]) => [String(key), plain(entry) as Entry] as const),
  );
  const counts = Map.groupBy(all, ([key]) => key);
  return Object.fromEntries(
    all.map(([key, entry]) => [counts.get(key)?.length === 1 ? key : String(entry["uuid"]).toLowerCase(), entry]),
  );
}

/** An app with all its variables as `environment`. */
function appOf(entry: Located, apps: ReadonlyMap<string, App>): unknown {
  const { env_file: _, environment: __, ...rest } = plain(entry) as Entry;
  const { request } = apps.get(String(rest["uuid"]).toLowerCase()) ?? {};
  const isRouted = rest["routing"] != null;
  const environment = Object.fromEntries(
    (request?.env ?? [])
      .map((variable) => [variable.slice(0, variable.indexOf("=")), variable.slice(variable.indexOf("=") + 1)] as const)
      .filter(([name]) => !IDENTITY.has(name) && !(isRouted && name === "PORT"))
      .map(([name, value]) => [name, escapeVariables(value)]),
  );
  return { ...rest, ...(Object.keys(environment).length > 0 && { environment }) };
}

/** A secret or config, whose file is relative to the project directory. */
function withPath(entry: Located, { file }: SourceFile): unknown {
  const declared = plain(entry) as Entry | null;
  const path = declared?.["file"];
  if (typeof path !== "string" || /^(?:[/~]|[a-zA-Z]:[\\/])/.test(path)) return declared;
  return { ...declared, file: `./${posix.normalize(join(dirname(file), path).replaceAll("\\", "/"))}` };
}

/** The keys whose values are texts: `1.10` must not become 1.1. */
const TEXTS = new Set<PropertyKey>(["labels", "content", "uns"]);

/** The value with `${` escaped, because its variables are replaced already. */
function plain({ value, text, children }: Located, isText = false): unknown {
  if (children === undefined) {
    if (typeof value === "string") return escapeVariables(value);
    return isText && value !== null && text !== undefined ? escapeVariables(text) : value;
  }
  const entries = [...children].map(([key, child]) => [key, plain(child, isText || TEXTS.has(key))] as const);
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

const escapeVariables = (text: string): string => text.replaceAll("${", () => "$${");
