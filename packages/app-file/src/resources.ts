import { createHash, scryptSync } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type Files, NO_SUCH_FILE, pathFrom } from "./files/referenced-files.js";
import { citePlace, type Findings, quote, type Tell } from "./findings.js";
import { type Environment, environmentLookup } from "./interpolation/interpolate.js";
import type { AppResource } from "./model.js";
import type { AppEntry, Outline } from "./schema/app-file.js";
import type { ContentEntry, NetworkEntry } from "./schema/resources.js";
import { compact } from "./schema/scalars.js";
import { type FilePath, keyValues, type SourceTree, withoutTwins } from "./yaml/source-tree.js";

/** A network, secret or config that the file declares, as apps refer to it. */
export interface Declared {
  /** On the engine. */
  name: string;
  /** What is to be made; undefined: it exists already. */
  resource?: AppResource;
  /** Its content could not be read, which is among the findings. */
  isUnknown?: true;
}

/** By kind, each by its name in the file. */
export type Declarations = Readonly<Record<"networks" | "secrets" | "configs", ReadonlyMap<string, Declared>>>;

/** What declarations are read from. */
export interface DeclarationContext {
  project: string;
  tree: SourceTree;
  /** The path of the file relative to the project directory. */
  file: string;
  files: Files;
  env: Environment;
  tell: Tell;
}

/** How long names of secrets and configs may be on an engine (swarmkit). */
const MAX_CONTENT_NAME = 64;

/** What the file declares. Content that can't be had, and names that don't fit, are findings. */
export function declareResources(outline: Outline | undefined, context: DeclarationContext): Declarations {
  const each = <Entry>(
    entries: Record<string, Entry> | null | undefined,
    declare: (key: string, entry: Entry) => Declared,
  ) => new Map(Object.entries(entries ?? {}).map(([key, entry]) => [key, declare(key, entry)]));
  return {
    networks: each(outline?.networks, (key, entry) => declareNetwork(key, entry ?? {}, context)),
    secrets: each(outline?.secrets, (key, entry) => declareContent("secret", key, entry, context)),
    configs: each(outline?.configs, (key, entry) => declareContent("config", key, entry, context)),
  };
}

function declareContent(
  kind: "secret" | "config",
  key: string,
  entry: ContentEntry,
  context: DeclarationContext,
): Declared {
  if (entry.external) return { name: entry.name ?? key };
  const { project, tree, file, tell } = context;
  const path = [`${kind}s`, key];
  const content = resourceContent(kind, entry, path, context);
  if (content === undefined) return { name: key, isUnknown: true };
  const name = contentName(kind, project, key, content);
  if (name.length > MAX_CONTENT_NAME) {
    const room = MAX_CONTENT_NAME - (name.length - key.length);
    tell(
      path,
      `its name on the engine, ${project}_${key}_ and a hash, has more than ${MAX_CONTENT_NAME} characters`,
      `Use at most ${Math.max(room, 0)}, or a shorter name of the project.`,
    );
  }
  return { name, resource: { key, spec: { kind, name, content }, location: tree.locateKey(path), file } };
}

/** What apps use of it, and has to be made. In the order: networks, secrets, configs, each as in the file. */
export function usedResources(declarations: Declarations, entries: readonly Partial<AppEntry>[]): AppResource[] {
  return (["networks", "secrets", "configs"] as const).flatMap((kind) => {
    const used = new Set(entries.flatMap((entry) => (entry[kind] ?? []).map(referenceName)));
    return [...declarations[kind]].flatMap(([key, { resource }]) =>
      resource !== undefined && used.has(key) ? [resource] : [],
    );
  });
}

const referenceName = (reference: string | { name: string }): string =>
  typeof reference === "string" ? reference : reference.name;

/** How long a network's name may be on a swarm (swarmkit). */
const MAX_NETWORK_NAME = 63;

/** As in Compose: a network is the project's own, `<project>_<key>`, unless it has a name or exists already. */
function declareNetwork(
  key: string,
  { name: given, external, driver, attachable, internal }: NetworkEntry,
  { project, tree, file, tell }: DeclarationContext,
): Declared {
  if (external) return { name: given ?? key };
  const path = ["networks", key];
  const name = given ?? `${project}_${key}`;
  if (name.length > MAX_NETWORK_NAME) {
    tell(path, `its name on the engine has more than ${MAX_NETWORK_NAME} characters`, "Give it a shorter name.");
  }
  const textsAt = (part: string): Record<string, string> | undefined => {
    const written = withoutTwins(keyValues([...path, part], tree), ({ path: twin }, first) => {
      tell(twin, "this name is written twice", `It is on line ${tree.locate(first.path).line} already: keep one.`);
    });
    const entries = written.map(({ key: option, value = "" }) => [option, value] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  const options = { driver, attachable, internal, driverOptions: textsAt("driver_opts"), labels: textsAt("labels") };
  return {
    name,
    resource: { key, spec: { kind: "network", name, ...compact(options) }, location: tree.locateKey(path), file },
  };
}

/** What an engine takes, in bytes (swarmkit's MaxSecretSize and MaxConfigSize): from 1 to one less than these. */
const MAX_CONTENT_BYTES = { secret: 500 * 1024, config: 1000 * 1024 } as const;

/** The content of a secret or config; undefined where it can't be had, which is among the findings then. */
function resourceContent(
  kind: keyof typeof MAX_CONTENT_BYTES,
  entry: ContentEntry,
  path: FilePath,
  context: DeclarationContext,
): Buffer | undefined {
  const [from, content] = readContent(entry, path, context);
  if (content === undefined) return undefined;
  const limit = MAX_CONTENT_BYTES[kind];
  if (content.length === 0) {
    context.tell(from, `a ${kind} can't be empty`, "Give it a content.");
  } else if (content.length >= limit) {
    context.tell(from, `a ${kind} holds less than ${limit / 1024} KiB`, "Mount a file instead, or make it smaller.");
  }
  return content;
}

/** The place in the file that says where the content comes from, and the content. */
function readContent(
  { file, environment, content }: ContentEntry,
  path: FilePath,
  { tree, files, env, tell }: DeclarationContext,
): [from: FilePath, content: Buffer | undefined] {
  if (file != null) {
    const from = [...path, "file"];
    const found = files.get(pathFrom(file, tree.source.file)) ?? NO_SUCH_FILE;
    if ("bytes" in found) return [from, found.bytes];
    tell(from, found.problem, found.hint);
    return [from, undefined];
  }
  if (environment != null) {
    const from = [...path, "environment"];
    const value = environmentLookup(env)(environment);
    if (value !== undefined) return [from, Buffer.from(value)];
    const name = tree.isInterpolated(from) ? "it" : quote(environment);
    tell(from, `the variable is not set`, `Set ${name} in the environment or in an env file.`);
    return [from, undefined];
  }
  return [[...path, "content"], Buffer.from(content ?? "")];
}

const HEX_DIGITS = 12;

/**
 * The name of a secret or config holds a hash of its content: other content is another resource, and an app that uses
 * it is another request. A secret's name can be read by many, so that its hash is slow to make (scrypt; N 16384, r 8,
 * p 1: some 40 ms) and salted with project and key: it is dear to guess a weak password by it, and no table helps.
 */
function contentName(kind: "secret" | "config", project: string, key: string, content: Buffer): string {
  const hash =
    kind === "secret"
      ? scryptSync(content, `${project}/${key}`, HEX_DIGITS / 2)
      : createHash("sha256").update(content).digest();
  return `${project}_${key}_${hash.toString("hex").slice(0, HEX_DIGITS)}`;
}

export interface FileDeclarations {
  tree: SourceTree;
  declared: Declarations;
}

const KINDS = ["networks", "secrets", "configs"] as const;

/**
 * The declarations of all files as one: as in Compose, every app of the project can use what any of its files declares. A
 * declaration that two files have is shared if its content is the same, and a finding at the second otherwise.
 */
export function mergeDeclarations(all: readonly FileDeclarations[], findings: Findings): Declarations {
  const merged = { networks: new Map(), secrets: new Map(), configs: new Map() } satisfies Declarations;
  for (const kind of KINDS) {
    const firsts = new Map<string, { declared: Declared; tree: SourceTree }>();
    for (const { tree, declared } of all) {
      for (const [key, each] of declared[kind]) {
        const first = firsts.get(key);
        if (first === undefined) firsts.set(key, { declared: each, tree });
        else if (!isSame(first.declared, each)) addConflict(kind, key, first.tree, tree, findings);
      }
    }
    for (const [key, { declared }] of firsts) merged[kind].set(key, declared);
  }
  return merged;
}

/** The same resource on the engine, made alike; or one that exists in both. */
const isSame = (a: Declared, b: Declared): boolean =>
  a.isUnknown || b.isUnknown || (a.name === b.name && isDeepStrictEqual(a.resource?.spec, b.resource?.spec));

function addConflict(kind: string, key: string, first: SourceTree, second: SourceTree, findings: Findings): void {
  const here = second.locateKey([kind, key]);
  const place = citePlace(first.locateKey([kind, key]), here);
  findings.add(
    here,
    `${kind}.${key}: another content than the declaration of ${quote(key)} in ${place}`,
    "Declare it in one file only, or with the same content; all files of the project can use it.",
  );
}

/** Two networks of one name on the engine would be one network: a finding at the second. */
export function checkResourceNames(all: readonly FileDeclarations[], findings: Findings): void {
  const firsts = new Map<string, { key: string; tree: SourceTree }>();
  for (const { declared, tree } of all) {
    for (const [key, { name }] of declared.networks) {
      const first = firsts.get(name);
      if (first === undefined) firsts.set(name, { key, tree });
      // The same key in two files is one declaration.
      if (first === undefined || first.key === key) continue;
      const here = tree.locateKey(["networks", key]);
      const place = citePlace(first.tree.locateKey(["networks", first.key]), here);
      findings.add(
        here,
        `the network ${quote(key)} has the name of the network ${quote(first.key)} (${place})`,
        "Declare it once.",
      );
    }
  }
}
