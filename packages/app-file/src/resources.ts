import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type Files, FILE_NOT_FOUND, resolvePath } from "./files/referenced-files.js";
import { citeLocation, type Findings, quote, type Report } from "./findings.js";
import { type Environment, environmentLookup } from "./interpolation/interpolate.js";
import type { AppResource } from "./model.js";
import type { AppEntry, Outline } from "./schema/app-file.js";
import type { ContentEntry, NetworkEntry } from "./schema/resources.js";
import { compact } from "./schema/scalars.js";
import { type HashSecret, hashSecret, hashSecrets, type SecretToHash } from "./secret-hashes.js";
import { type FilePath, keyValues, type SourceTree, uniqueByKey } from "./yaml/source-tree.js";

/** A declared network, secret or config, as apps refer to it. */
export interface Declaration {
  /** Name on the engine. */
  name: string;
  /** The resource to create. Undefined if it is external. */
  resource?: AppResource;
  /** Its content could not be read, which is a finding. */
  isUnknown?: true;
}

/** The declarations by kind, and by name in the file. */
export type Declarations = Readonly<Record<"networks" | "secrets" | "configs", ReadonlyMap<string, Declaration>>>;

/** The file that declares resources, and the variables and files that it references. */
export interface DeclarationContext {
  project: string;
  tree: SourceTree;
  /** The path of the file relative to the project directory. */
  file: string;
  files: Files;
  env: Environment;
  report: Report;
  /** Default: hashes each secret when it is declared. */
  hash?: HashSecret;
}

/** Maximum length of the names of secrets and configs on an engine (swarmkit). */
const MAX_CONTENT_NAME = 64;

/** Maximum length of a network's name on a swarm (swarmkit). */
const MAX_NETWORK_NAME = 63;

/** Content must be smaller than this, in bytes (swarmkit's MaxSecretSize and MaxConfigSize), and not empty. */
const MAX_CONTENT_BYTES = { secret: 500 * 1024, config: 1000 * 1024 } as const;

/** The length of the hash of the content. */
const HEX_DIGITS = 12;

/** The length of the hash of a project and key that are too long. */
const BASE_HEX_DIGITS = 8;

const KINDS = ["networks", "secrets", "configs"] as const;

/** The declarations of a file. Unreadable content and names that are too long are findings. */
export function declareResources(outline: Outline | undefined, context: DeclarationContext): Declarations {
  const declareAll = <Entry>(
    entries: Record<string, Entry> | null | undefined,
    declare: (key: string, entry: Entry) => Declaration,
  ) => new Map(Object.entries(entries ?? {}).map(([key, entry]) => [key, declare(key, entry)]));
  return {
    networks: declareAll(outline?.networks, (key, entry) => declareNetwork(key, entry ?? {}, context)),
    secrets: declareAll(outline?.secrets, (key, entry) => declareContent("secret", key, entry, context)),
    configs: declareAll(outline?.configs, (key, entry) => declareContent("config", key, entry, context)),
  };
}

/** A file and its context, without a hash function. */
export type ToDeclare = readonly [outline: Outline | undefined, context: Omit<DeclarationContext, "report" | "hash">];

/** Hashes the secrets that files declare at the same time, for {@link declareResources}. */
export const hashDeclaredSecrets = (files: readonly ToDeclare[]): Promise<HashSecret> =>
  hashSecrets(
    files.flatMap(([outline, context]) =>
      Object.entries(outline?.secrets ?? {}).flatMap(([key, entry]): SecretToHash[] => {
        if (entry.external) return [];
        // Declaring the secret reports why it can't be read.
        const [, content] = readContent(entry, ["secrets", key], { ...context, report: () => {} });
        return content === undefined ? [] : [{ content, salt: saltOf(context.project, key) }];
      }),
    ),
  );

function declareContent(
  kind: "secret" | "config",
  key: string,
  entry: ContentEntry,
  context: DeclarationContext,
): Declaration {
  if (entry.external) return { name: entry.name ?? key };
  const { project, tree, file, hash = hashSecret } = context;
  const path = [`${kind}s`, key];
  const content = resourceContent(kind, entry, path, context);
  if (content === undefined) return { name: key, isUnknown: true };
  const hashed =
    kind === "secret" ? hash({ content, salt: saltOf(project, key) }) : createHash("sha256").update(content).digest();
  // Changed content is a new resource, and changes the request of each app that uses it.
  const name = contentName(`${project}_${key}`, hashed.toString("hex").slice(0, HEX_DIGITS));
  return { name, resource: { key, spec: { kind, name, content }, location: tree.locateKey(path), file } };
}

/** `<base>_<hash>`. A base that is too long for an engine is cut off, and followed by a hash of the whole base. */
function contentName(base: string, hash: string): string {
  const room = MAX_CONTENT_NAME - hash.length - 1;
  if (base.length <= room) return `${base}_${hash}`;
  const digest = createHash("sha256").update(base).digest("hex").slice(0, BASE_HEX_DIGITS);
  return `${base.slice(0, room - digest.length - 1)}-${digest}_${hash}`;
}

/** The declared resources that apps use: networks, then secrets, then configs, each in the order of the file. */
export function usedResources(declarations: Declarations, entries: readonly Partial<AppEntry>[]): AppResource[] {
  return KINDS.flatMap((kind) => {
    const used = new Set(entries.flatMap((entry) => (entry[kind] ?? []).map(referenceName)));
    return [...declarations[kind]].flatMap(([key, { resource }]) =>
      resource !== undefined && used.has(key) ? [resource] : [],
    );
  });
}

const referenceName = (reference: string | { name: string }): string =>
  typeof reference === "string" ? reference : reference.name;

/** As in Compose, a network is named `<project>_<key>`, unless it has a `name` or is external. */
function declareNetwork(
  key: string,
  { name: given, external, driver, attachable, internal }: NetworkEntry,
  { project, tree, file, report }: DeclarationContext,
): Declaration {
  if (external) return { name: given ?? key };
  const path = ["networks", key];
  const name = given ?? `${project}_${key}`;
  if (name.length > MAX_NETWORK_NAME) {
    report(path, `the name on the engine is longer than ${MAX_NETWORK_NAME} characters`, "Set a shorter name.");
  }
  const readMap = (part: string): Record<string, string> | undefined => {
    const written = uniqueByKey(keyValues([...path, part], tree), ({ path: duplicate }, first) => {
      report(duplicate, "duplicate name", `Also on line ${tree.locate(first.path).line}. Keep one of them.`);
    });
    const entries = written.map(({ key: option, value = "" }) => [option, value] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  const options = { driver, attachable, internal, driverOptions: readMap("driver_opts"), labels: readMap("labels") };
  return {
    name,
    resource: { key, spec: { kind: "network", name, ...compact(options) }, location: tree.locateKey(path), file },
  };
}

/** The content of a secret or config. Undefined if it can't be read, which is a finding. */
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
    context.report(from, `the ${kind} must not be empty`, `Add content, or remove the ${kind}.`);
  } else if (content.length >= limit) {
    context.report(
      from,
      `the ${kind} is too large: the content must be smaller than ${limit / 1024} KiB`,
      "Reduce the content, or mount a file with storage.",
    );
  }
  return content;
}

/** The path of the key that names the source of the content, and the content. */
function readContent(
  { file, environment, content }: ContentEntry,
  path: FilePath,
  { tree, files, env, report }: DeclarationContext,
): [from: FilePath, content: Buffer | undefined] {
  if (file != null) {
    const from = [...path, "file"];
    const found = files.get(resolvePath(file, tree.source.file, environmentLookup(env))) ?? FILE_NOT_FOUND;
    if ("bytes" in found) return [from, found.bytes];
    report(from, found.problem, found.hint);
    return [from, undefined];
  }
  if (environment != null) {
    const from = [...path, "environment"];
    const value = environmentLookup(env)(environment);
    if (value !== undefined) return [from, Buffer.from(value)];
    const name = tree.isInterpolated(from) ? "the variable" : quote(environment);
    report(from, `the variable is not set`, `Set ${name} in the environment or in an env file.`);
    return [from, undefined];
  }
  return [[...path, "content"], Buffer.from(content ?? "")];
}

const saltOf = (project: string, key: string): string => `${project}/${key}`;

/** The declarations of one file. */
export interface FileDeclarations {
  tree: SourceTree;
  declared: Declarations;
}

/**
 * Merges the declarations of all files: as in Compose, every app of the project can use the declarations of any file. Two
 * files can have the same declaration; if the contents differ, that is a finding at the second.
 */
export function mergeDeclarations(all: readonly FileDeclarations[], findings: Findings): Declarations {
  const merged = { networks: new Map(), secrets: new Map(), configs: new Map() } satisfies Declarations;
  for (const kind of KINDS) {
    const firsts = new Map<string, { declared: Declaration; tree: SourceTree }>();
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

/** Whether two declarations create the same resource, or refer to the same external one. */
const isSame = (a: Declaration, b: Declaration): boolean =>
  a.isUnknown || b.isUnknown || (a.name === b.name && isDeepStrictEqual(a.resource?.spec, b.resource?.spec));

function addConflict(kind: string, key: string, first: SourceTree, second: SourceTree, findings: Findings): void {
  const here = second.locateKey([kind, key]);
  const place = citeLocation(first.locateKey([kind, key]), here);
  findings.add(
    here,
    `${kind}.${key}: differs from the declaration of ${quote(key)} in ${place}`,
    "Keep one declaration, or give both the same content. All files of the project can use a declaration.",
  );
}

/** Two networks with the same name on the engine would be one network: a finding at the second. */
export function checkResourceNames(all: readonly FileDeclarations[], findings: Findings): void {
  const firsts = new Map<string, { key: string; tree: SourceTree }>();
  for (const { declared, tree } of all) {
    for (const [key, { name }] of declared.networks) {
      const first = firsts.get(name);
      if (first === undefined) firsts.set(name, { key, tree });
      // The same key in two files is one declaration.
      if (first === undefined || first.key === key) continue;
      const here = tree.locateKey(["networks", key]);
      const place = citeLocation(first.tree.locateKey(["networks", first.key]), here);
      findings.add(
        here,
        `networks ${quote(key)} and ${quote(first.key)} (${place}) have the same name on the engine`,
        "Declare the network once, or change one of the names.",
      );
    }
  }
}
