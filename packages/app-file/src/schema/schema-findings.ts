import { fieldPath } from "@openfactory/deploy-core";
import type { z } from "zod";
import { didYouMean, type Findings, nearest, quote } from "../findings.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";
import { knownKeys } from "./json-schema.js";

type Advice = Readonly<Record<string, string>>;

const limits = "Write deploy.resources.limits.";

/** Keys of Compose that people try here, and what to write instead. */
const OTHER_TOOLS_KEYS: { readonly file: Advice; readonly app: Advice } = {
  file: {
    services: 'Write "apps": an entry of it is an app with a uuid.',
    version: "Leave it out.",
    volumes: 'Leave it out: an app has "storage".',
  },
  app: {
    volumes: 'Write "storage", with a type (nfs, local or volume) and a mount_point for each.',
    entrypoint: 'Write "command": it replaces the image\'s entrypoint; words for the entrypoint are "args".',
    user: 'Write "runtime_uid" and "runtime_gid".',
    env: 'Write "environment".',
    container_name: 'Leave it out: the lower-cased "uuid" is the name of the service.',
    name: 'Leave it out: the lower-cased "uuid" is the name of the service.',
    build: 'Leave it out: "image" names an image that exists.',
    pull_policy: 'Write "image_pull_policy".',
    expose: 'Write "ports" to publish ports, or "routing" to expose the app through Traefik.',
    replicas: 'Write "deploy" with "replicas".',
    scale: 'Write "deploy" with "replicas".',
    resources: 'Write "deploy" with "resources".',
    constraints: 'Write "deploy" with "placement" and "constraints".',
    ulimits: "Write deploy.resources.limits.open_files.",
    cpus: limits,
    mem_limit: limits,
    memory: limits,
  },
};

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  null: "nothing",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/**
 * Adds what zod found at `base` of the file, in words of the file and at the place of each finding.
 * @param keysAt the keys that a mapping at a path of the file may have. Default: those of an app file.
 */
export function addSchemaFindings(
  error: z.ZodError,
  base: FilePath,
  tree: SourceTree,
  findings: Findings,
  keysAt: (path: FilePath) => string[] = knownKeys,
): void {
  for (const issue of error.issues.flatMap(bestBranch)) {
    const path = [...base, ...issue.path];
    if (tree.isBroken(path)) continue;
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        findings.add(tree.locateKey([...path, key]), `unknown key ${quote(key)}${inside(path)}`, () =>
          adviceOn(key, path, keysAt),
        );
      }
    } else if (tree.find(path) === undefined) {
      const key = String(path.at(-1));
      findings.add(tree.locateKey(path.slice(0, -1)), `${quote(key)} is missing${inside(path.slice(0, -1))}`);
    } else {
      const message = `${fieldPath(path) || "the file"}: ${inWords(issue, path, tree)}`;
      findings.add(tree.locate(path), message, hintFor(issue, path, tree));
    }
  }
}

/** A union without words of its own speaks through the one branch that is of the value's kind. */
const bestBranch = (issue: Issue): Issue[] => {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return [issue];
  const fitting = issue.errors.filter((branch) => !branch.some(isOtherKind));
  if (fitting.length !== 1) return [issue];
  return (fitting[0] ?? []).flatMap((inner) => bestBranch({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
};

/** Whether a finding says that the value is not of the branch's kind at all. */
const isOtherKind = (issue: Issue): boolean => {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((branch) => branch.some(isOtherKind));
  return issue.code === "invalid_type";
};

function adviceOn(key: string, path: FilePath, keysAt: (path: FilePath) => string[]): string {
  const elsewhere =
    path.length === 2 && path[0] === "apps" ? OTHER_TOOLS_KEYS.app : path.length === 0 ? OTHER_TOOLS_KEYS.file : {};
  const advice = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
  const known = keysAt(path);
  return advice ?? didYouMean(key, known) ?? `Known here: ${known.join(", ")}.`;
}

const inside = (path: FilePath): string => (path.length === 0 ? "" : ` in ${fieldPath(path)}`);

function inWords(issue: Issue, path: FilePath, tree: SourceTree): string {
  const found = kindOf(tree.find(path)?.value);
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return `expected ${KINDS[issue.expected] ?? issue.expected}, found ${found}`;
  }
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid")) {
    return `expected ${inARow(issue.values.map(String))}`;
  }
  if (issue.code === "invalid_union" && issue.discriminator !== undefined)
    return `expected ${inARow(optionsOf(issue))}`;
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    const kinds = issue.errors.flatMap((branch) => branch.filter((inner) => inner.path.length === 0).flatMap(kindsOf));
    return `expected ${[...new Set(kinds)].join(" or ")}, found ${found}`;
  }
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}

const inARow = (words: readonly string[]): string => words.join(", ").replace(/, ([^,]*)$/, " or $1");

/** The values of the key that tells the branches of a union apart. */
const optionsOf = (issue: Issue): string[] =>
  "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];

const kindsOf = (issue: Issue): string[] =>
  issue.code === "invalid_type" ? [KINDS[issue.expected] ?? issue.expected] : [];

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return KINDS[typeof value] ?? typeof value;
};

function hintFor(issue: Issue, path: FilePath, tree: SourceTree): string | undefined {
  if (issue.code === "custom" && typeof issue.params?.["hint"] === "string") return issue.params["hint"];
  const located = tree.find(path);
  const known = issue.code === "invalid_value" ? issue.values.map(String) : optionsOf(issue);
  if (known.length > 0 && located?.variables === undefined && typeof located?.value === "string") {
    const match = nearest(located.value, known);
    return match === undefined ? undefined : `did you mean "${match}"?`;
  }
  const wantsText = issue.code === "invalid_type" && issue.expected === "string";
  const isOther = typeof located?.value === "number" || typeof located?.value === "boolean";
  return wantsText && isOther ? "Put it in quotes." : undefined;
}
