import { formatFieldPath } from "@openfactory/deploy-core";
import type { z } from "zod";
import { didYouMean, type Findings, nearest, quote } from "../findings.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";
import { RESTART_CONDITIONS } from "./deploy.js";
import { knownKeys } from "./json-schema.js";

type Hints = Readonly<Record<string, string>>;

const limits = "Use deploy.resources.limits.";

/** Hints for keys of Compose, and of earlier releases of OpenFactory, at a path of an app file. `*` is any name. */
const KEY_HINTS: readonly { readonly at: readonly string[]; readonly hints: Hints }[] = [
  {
    at: [],
    hints: {
      services: 'Use "apps", with a uuid in each entry.',
      version: 'Remove "version".',
      volumes: 'Use "storage" in each app.',
    },
  },
  {
    at: ["apps", "*"],
    hints: {
      volumes: 'Use "storage", with a type (nfs, local or volume) and a mount_point for each.',
      entrypoint: 'Use "command" to replace the image\'s entrypoint, and "args" for its arguments.',
      env: 'Use "environment".',
      container_name: 'Remove "container_name": the service name is the lowercase "uuid".',
      name: 'Remove "name": the service name is the lowercase "uuid".',
      build: 'Remove "build": "image" refers to an existing image.',
      pull_policy: 'Use "image_pull_policy".',
      expose: 'Use "ports" to publish ports, or "routing" to expose the app through Traefik.',
      replicas: 'Use "deploy" with "replicas".',
      scale: 'Use "deploy" with "replicas".',
      resources: 'Use "deploy" with "resources".',
      constraints: 'Use "deploy" with "placement" and "constraints".',
      ulimits: "Use deploy.resources.limits.open_files.",
      cpus: limits,
      mem_limit: limits,
      memory: limits,
    },
  },
  {
    at: ["devices", "*"],
    hints: {
      agent: "Since OpenFactory 0.4.2, it belongs to the connector: write connector: {type: mtconnect, agent: ...}",
      supervisor: "OpenFactory has no supervisors since 0.5.0: deploy its image as an app.",
    },
  },
  {
    at: ["devices", "*", "connector"],
    hints: {
      device: 'Since OpenFactory 0.4.5, "variables" is a key of the connector, with a node_id and a tag for each.',
    },
  },
  {
    at: ["devices", "*", "connector", "server"],
    hints: {
      namespace_uri: 'Since OpenFactory 0.4.5, each "node_id" has the index of its namespace, as in ns=2;i=1001.',
    },
  },
];

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
 * Converts zod's issues for the value at `base` to findings with locations and messages about the file.
 * @param keysAt the known keys of a mapping at a path of the file. Default: those of an app file.
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
          unknownKeyHint(key, path, keysAt),
        );
      }
    } else if (tree.find(path) === undefined) {
      const key = String(path.at(-1));
      findings.add(tree.locateKey(path.slice(0, -1)), `${quote(key)} is missing${inside(path.slice(0, -1))}`);
    } else {
      const message = `${formatFieldPath(path) || "the file"}: ${describeIssue(issue, path, tree)}`;
      findings.add(tree.locate(path), message, hintFor(issue, path, tree));
    }
  }
}

/** For a union without its own message: the issues of the one branch that matches the kind of the value. */
const bestBranch = (issue: Issue): Issue[] => {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return [issue];
  const fitting = issue.errors.filter((branch) => !branch.some(isOtherKind));
  if (fitting.length !== 1) return [issue];
  return (fitting[0] ?? []).flatMap((inner) => bestBranch({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
};

/** Whether an issue means that the value has another kind than the branch. */
const isOtherKind = (issue: Issue): boolean => {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((branch) => branch.some(isOtherKind));
  return issue.code === "invalid_type";
};

function unknownKeyHint(key: string, path: FilePath, keysAt: (path: FilePath) => string[]): string {
  const hints = KEY_HINTS.find(({ at }) => isAt(path, at))?.hints ?? {};
  const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
  const known = keysAt(path);
  return hint ?? didYouMean(key, known) ?? `Known keys: ${known.join(", ")}.`;
}

const isAt = (path: FilePath, pattern: readonly string[]): boolean =>
  path.length === pattern.length && pattern.every((key, index) => key === "*" || key === path[index]);

const inside = (path: FilePath): string => (path.length === 0 ? "" : ` in ${formatFieldPath(path)}`);

function describeIssue(issue: Issue, path: FilePath, tree: SourceTree): string {
  const found = kindOf(tree.find(path)?.value);
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return `expected ${KINDS[issue.expected] ?? issue.expected}, found ${found}`;
  }
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid")) {
    return `expected ${joinWithOr(issue.values.map(String))}`;
  }
  if (issue.code === "invalid_union" && issue.discriminator !== undefined)
    return `expected ${joinWithOr(optionsOf(issue))}`;
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    const kinds = issue.errors.flatMap((branch) => branch.filter((inner) => inner.path.length === 0).flatMap(kindsOf));
    return `expected ${joinWithOr([...new Set(kinds)])}, found ${found}`;
  }
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}

const joinWithOr = (words: readonly string[]): string => words.join(", ").replace(/, ([^,]*)$/, " or $1");

/** The values of the key that distinguishes the branches of a union. */
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
    const condition = RESTART_CONDITIONS.get(located.value);
    const match = nearest(located.value, known) ?? known.find((value) => value === condition);
    return match === undefined ? undefined : `Did you mean "${match}"?`;
  }
  const wantsText = issue.code === "invalid_type" && issue.expected === "string";
  const isOther = typeof located?.value === "number" || typeof located?.value === "boolean";
  return wantsText && isOther ? "Quote the value." : undefined;
}
