import { dirname, resolve } from "node:path";
import { DeploymentError, type SourceLocation } from "@openfactory/deploy-core";
import { readTextFile } from "../files/read-file.js";
import { resolvePath } from "../files/referenced-files.js";
import { type Findings, quote } from "../findings.js";
import { MAX_COPIED_VALUES, MAX_INCLUDED_FILES } from "../limits.js";
import { type Environment, environmentLookup } from "../interpolation/interpolate.js";
import { variablesFor } from "../interpolation/variables.js";
import type { FileNotes } from "../notes.js";
import { readTree, type TreeFormat } from "../yaml/read-tree.js";
import { type FilePath, type Located, SourceText, SourceTree } from "../yaml/source-tree.js";
import { listOf, mapOf, merge, splitVolume, withoutResets } from "./merge.js";

/** Maximum depth of `extends` and `include`. */
const MAX_DEPTH = 20;

const TOP_LEVEL = /^(["']?)(apps|devices|services|include)\1[ \t]*:/gm;

/** Whether a text is a Compose file: it has `services` or `include` at the top level, and neither `apps` nor `devices`. */
export function isComposeText(text: string): boolean {
  const keys = new Set([...text.matchAll(TOP_LEVEL)].map(([, , key]) => key));
  return !keys.has("apps") && !keys.has("devices") && (keys.has("services") || keys.has("include"));
}

/** Keys of a service whose entries have names of the user: `x-` is not an extension there. */
const USER_KEYS: ReadonlySet<PropertyKey> = new Set([
  "environment",
  "labels",
  "annotations",
  "driver_opts",
  "options",
  "sysctls",
]);

/** Compose files: extensions are possible everywhere. `x-openfactory` is ours. */
const isExtension = (path: FilePath, key: string): boolean =>
  key.startsWith("x-") &&
  !USER_KEYS.has(path.at(-1) ?? "") &&
  !(key === "x-openfactory" && path.length === 2 && path[0] === "services");

export interface ComposeContext {
  /** Directory at which relative paths start. */
  directory: string;
  /** Variables for interpolation. */
  env: Environment;
  cwd: string;
  findings: Findings;
  notes: FileNotes;
}

/** The context of a run, and what its files have used so far. */
interface ReadContext extends ComposeContext {
  usage: { files: number; copiedValues: number };
  /** The services of files that `extends` names, by path. Their values depend on the variables of the context. */
  extended: Map<string, Promise<Services | undefined>>;
}

/**
 * Reads Compose files as one model: variables, `extends`, `include`, then the later files merged into the first. Paths become
 * absolute. Positions stay those of the file that a value comes from.
 */
export async function readCompose(sources: readonly SourceText[], context: ComposeContext): Promise<SourceTree> {
  const [first] = sources;
  const root = await readFiles(sources, { ...context, usage: { files: 0, copiedValues: 0 }, extended: new Map() }, []);
  return new SourceTree(first ?? new SourceText("", ""), root ?? { value: {}, offset: 0, children: new Map() });
}

async function readFiles(
  sources: readonly SourceText[],
  context: ReadContext,
  including: readonly string[],
): Promise<Located | undefined> {
  let model: Located | undefined;
  for (const source of sources) {
    const own = await readFile(source, context, including);
    model = model === undefined ? withoutResets(own) : merge(model, own, []);
  }
  return model;
}

async function readFile(source: SourceText, context: ReadContext, including: readonly string[]): Promise<Located> {
  const root = withSource(readComposeTree(source, context), source);
  if (root.children === undefined || Array.isArray(root.value)) {
    context.findings.abort(source.locationAt(root.offset), "expected a mapping with services", "Declare services:.");
  }
  const extended = await extendServices(withPaths(root, [], context), source, context);
  return includeFiles(extended, source, context, including);
}

function readComposeTree(source: SourceText, { env, findings, notes }: ComposeContext): Located {
  const format: TreeFormat = {
    syntax: "compose",
    isExtension,
    localTags: ["!reset", "!override"],
    reportUnset: (name, location) => notes.addUnset(name, location),
  };
  return readTree(source, environmentLookup(env), findings, format).root;
}

/** Every node with the file that it comes from. */
function withSource(located: Located, source: SourceText): Located {
  const { children } = located;
  if (children === undefined) return { ...located, source };
  return {
    ...located,
    source,
    children: new Map([...children].map(([key, child]) => [key, withSource(child, source)])),
  };
}

type PathContext = Pick<ComposeContext, "directory" | "env">;

/** Values that are paths of this machine, as absolute paths. */
function withPaths(located: Located, path: FilePath, context: PathContext): Located {
  if (isPath(path, located)) return withPath(located, context, path.at(-2) === "volumes");
  const { children } = located;
  if (children === undefined) return located;
  const resolved = new Map([...children].map(([key, child]) => [key, withPaths(child, [...path, key], context)]));
  const same = [...resolved].every(([key, child]) => child === children.get(key));
  if (same) return located;
  const copy = Array.isArray(located.value) ? listOf(located, [...resolved.values()]) : mapOf(located, resolved);
  return located.tag === undefined ? copy : { ...copy, tag: located.tag };
}

/** Whether the value at a path is a file or directory. */
function isPath([kind, , key, ...rest]: FilePath, { value, children }: Located): boolean {
  if (typeof value !== "string" || children !== undefined) return false;
  if (kind === "secrets" || kind === "configs") return key === "file" && rest.length === 0;
  if (kind !== "services") return false;
  if (key === "env_file") return rest.length < 2 || rest[1] === "path";
  if (key === "volumes") return rest.length === 1 || (rest.length === 2 && rest[1] === "source" && isHostPath(value));
  return false;
}

/** Whether the source of a volume is a path of the host, and not the name of a volume. */
export const isHostPath = (source: string): boolean => /^(?:[./~]|[a-zA-Z]:[\\/])/.test(source);

function withPath(located: Located, { directory, env }: PathContext, isVolume: boolean): Located {
  const variable = environmentLookup(env);
  const at = `${directory}/compose.yaml`;
  const written = String(located.value);
  const [source = "", ...rest] = splitVolume(written);
  if (isVolume && (rest.length === 0 || !isHostPath(source))) return located;
  const path = isVolume ? [resolvePath(source, at, variable), ...rest].join(":") : resolvePath(written, at, variable);
  if (path === written) return located;
  const { written: _, ...others } = located;
  return { ...others, value: path, text: path };
}

/** Resolves `extends` of all services of a file. */
async function extendServices(root: Located, source: SourceText, context: ReadContext): Promise<Located> {
  const services = root.children?.get("services");
  if (services?.children === undefined || Array.isArray(services.value)) return root;
  const extended = new Map<PropertyKey, Located>();
  for (const name of services.children.keys()) {
    const service = await extendService(String(name), { services, source }, context, []);
    if (service !== undefined) extended.set(name, service);
  }
  return mapOf(root, new Map([...(root.children ?? []), ["services", mapOf(services, extended)]]));
}

interface Services {
  services: Located;
  source: SourceText;
}

/** A service with the keys of the service that it extends. Undefined if there is none, which is a finding. */
async function extendService(
  name: string,
  { services, source }: Services,
  context: ReadContext,
  before: readonly string[],
): Promise<Located | undefined> {
  const service = services.children?.get(name);
  const reference = service?.children?.get("extends");
  if (service?.children === undefined || reference === undefined || reference.value === null) return service;
  const { findings } = context;
  const at = source.locationAt(reference.keyOffset ?? reference.offset);
  const own = mapOf(service, new Map([...service.children].filter(([key]) => key !== "extends")));
  const identity = `${source.file} ${name}`;
  if (before.includes(identity) || before.length >= MAX_DEPTH) {
    findings.add(at, `services.${name}.extends: the services extend each other`, "Remove one of the extends.");
    return own;
  }
  const { service: target, file } = (
    typeof reference.value === "string" ? { service: reference.value } : reference.value
  ) as { service?: unknown; file?: unknown };
  if (typeof target !== "string" || (file != null && typeof file !== "string")) {
    findings.add(at, `services.${name}.extends: expected a service, or {service, file}`);
    return own;
  }
  const there = file == null ? { services, source } : await servicesOf(file, context, at, `services.${name}.extends`);
  if (there === undefined) return own;
  const base = await extendService(target, there, context, [...before, identity]);
  if (base === undefined) {
    findings.add(at, `services.${name}.extends: there is no service ${quote(target)} in ${there.source.file}`);
    return own;
  }
  countCopied(base, at, context);
  return merge(base, own, ["services", name]);
}

/** Many services can extend a large one. @throws DeploymentError `INVALID_FILE` above the limit. */
function countCopied(base: Located, at: SourceLocation, { usage, findings }: ReadContext): void {
  const count = (located: Located): void => {
    usage.copiedValues += 1;
    if (usage.copiedValues > MAX_COPIED_VALUES) {
      findings.abort(at, `extends copies more than ${MAX_COPIED_VALUES} values`, "Extend smaller services.");
    }
    located.children?.forEach(count);
  };
  count(base);
}

/** As {@link readServices}, once for each file. */
function servicesOf(
  file: string,
  context: ReadContext,
  at: SourceLocation,
  what: string,
): Promise<Services | undefined> {
  const known = context.extended.get(file);
  if (known !== undefined) return known;
  const reading = readServices(file, context, at, what);
  context.extended.set(file, reading);
  return reading;
}

/** The services of another file, whose relative paths start at its directory. */
async function readServices(
  file: string,
  context: ReadContext,
  at: SourceLocation,
  what: string,
): Promise<Services | undefined> {
  const path = resolvePath(file, `${context.directory}/compose.yaml`, environmentLookup(context.env));
  const source = await readSource(path, context, at, what);
  if (source === undefined) return undefined;
  const directory = dirname(path);
  const root = withPaths(withSource(readComposeTree(source, context), source), [], { ...context, directory });
  const services = root.children?.get("services") ?? { value: {}, offset: 0, children: new Map() };
  return { services, source };
}

/** The text of a file. Undefined if it can't be read, which is a finding at the reference to it. */
async function readSource(
  path: string,
  { findings, usage }: ReadContext,
  at: SourceLocation,
  what: string,
): Promise<SourceText | undefined> {
  usage.files += 1;
  if (usage.files > MAX_INCLUDED_FILES) {
    const message = `include and extends read more than ${MAX_INCLUDED_FILES} files`;
    findings.abort(at, message, "Include fewer files, or each of them once.");
  }
  try {
    return new SourceText(path, await readTextFile(path));
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
    const [issue] = error.issues;
    findings.add(at, `${what}: ${issue?.message ?? error.message}`, issue?.hint ?? error.hint);
    return undefined;
  }
}

const RESOURCES = ["services", "networks", "volumes", "secrets", "configs"] as const;

/** Adds the files of `include`. Each is read as a separate project; a name that both declare is a finding. */
async function includeFiles(
  root: Located,
  source: SourceText,
  context: ReadContext,
  including: readonly string[],
): Promise<Located> {
  const include = root.children?.get("include");
  if (include === undefined || include.value === null) return root;
  const children = new Map([...(root.children ?? [])].filter(([key]) => key !== "include"));
  const entries = Array.isArray(include.value) ? [...(include.children?.values() ?? [])] : [include];
  for (const entry of entries) {
    const at = source.locationAt(entry.offset);
    const included = await readIncluded(entry, at, context, [...including, source.file]);
    for (const kind of RESOURCES) {
      const theirs = included?.children?.get(kind);
      if (theirs?.children === undefined) continue;
      const ours = children.get(kind);
      const merged = new Map(ours?.children ?? []);
      for (const [name, each] of theirs.children) {
        const known = merged.get(name);
        if (known === undefined) merged.set(name, each);
        else if (JSON.stringify(known.value) !== JSON.stringify(each.value)) {
          context.findings.add(at, `include: ${kind}.${String(name)} is already declared`, "Rename one of them.");
        }
      }
      children.set(kind, mapOf(ours ?? theirs, merged));
    }
  }
  return mapOf(root, children);
}

async function readIncluded(
  entry: Located,
  at: SourceLocation,
  context: ReadContext,
  including: readonly string[],
): Promise<Located | undefined> {
  const { path, project_directory, env_file } = (
    typeof entry.value === "string" ? { path: entry.value } : entry.value
  ) as Record<string, unknown>;
  const base = `${context.directory}/compose.yaml`;
  const variable = environmentLookup(context.env);
  const paths = textsIn(path).map((each) => resolvePath(each, base, variable));
  const [first] = paths;
  if (first === undefined) {
    context.findings.add(at, "include: expected a path, or {path}");
    return undefined;
  }
  if (
    including.length > MAX_DEPTH ||
    paths.some((each) => including.map((file) => resolve(context.cwd, file)).includes(each))
  ) {
    context.findings.add(at, "include: the files include each other", "Remove one of the includes.");
    return undefined;
  }
  const directory =
    typeof project_directory === "string" ? resolvePath(project_directory, base, variable) : dirname(first);
  const envFiles = env_file == null ? undefined : textsIn(env_file).map((each) => resolvePath(each, base, variable));
  const env = await variablesFor(directory, { env: context.env, envFiles, cwd: context.cwd });
  const read = await Promise.all(paths.map((each) => readSource(each, context, at, "include")));
  const sources = read.filter((each) => each !== undefined);
  return sources.length < read.length
    ? undefined
    : readFiles(sources, { ...context, directory, env, extended: new Map() }, including);
}

const textsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
