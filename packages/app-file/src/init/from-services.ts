import { DeploymentError, type DeployRequest, deployRequestSchema, formatFieldPath } from "@openfactory/deploy-core";
import { parseAppFile } from "../load-project.js";
import type { AppProject } from "../model.js";
import { FileNotes } from "../notes.js";
import type { Conversion } from "../convert/printer.js";
import { toAppFile } from "../convert/to-app-file.js";
import type { LocatedApp } from "../located.js";
import { FILE_HEADER } from "../schema/json-schema.js";
import { printYaml } from "../yaml/print-yaml.js";
import { readTree } from "../yaml/read-tree.js";
import { Findings } from "../findings.js";
import { type FilePath, type Located, SourceText, type SourceTree } from "../yaml/source-tree.js";
import { type SecretVariable, SecretVariables } from "./secret-variables.js";

/** A running service, from which an app is made. */
export interface RunningService {
  /** Name of the app in the file. Unique. */
  key: string;
  /** The request that deploys the service as it is. */
  request: DeployRequest;
  /** UUID of the app, if known. Its lowercase form is the name of the service. Default: the name of the service. */
  uuid?: string;
  /** Settings for which a request has no field: see `ServiceStatus.unmappedSettings`. */
  unmapped?: readonly string[];
}

export interface DescribeOptions {
  /** Name of the project. */
  project: string;
  /** Directory of the new file, at which its relative paths start. */
  directory: string;
  /** Lines of the comment at the beginning of the file, without `#`. */
  comment: readonly string[];
}

/** A new app file. */
export interface NewFile {
  /** The file, as YAML with comments. */
  text: string;
  /** The variables that stand for secret values. */
  variables: SecretVariable[];
  /** What the file lacks, by app. It is in the comments of the file, too. */
  missing: { app: string; reasons: string[] }[];
}

type Entry = Record<string, unknown>;

/**
 * An app file that describes running services. It contains no values that look secret: a variable stands for each. It is
 * valid as soon as these variables are set. Deploying it changes the services as little as possible; `missing` lists the rest.
 * @throws DeploymentError `INVALID_REQUEST` for a service that can't be an app, since its name or its image is invalid.
 */
export function describeServices(services: readonly RunningService[], options: DescribeOptions): NewFile {
  const missing = new Map(services.map(({ key, unmapped = [] }) => [key, [...unmapped]]));
  const lose = (app: string, reason: string): void => void missing.get(app)?.push(reason);
  const valid = services.map((service) => withValidFields(service, lose));
  const secrets = new SecretVariables();
  const entries = entriesOf(valid, options, lose);
  const safe = Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => [key, secrets.replaceIn(key, entry)] as const),
  );
  const variables = secrets.list();
  const apps = withoutInvalidKeys(safe, { project: options.project, variables, lose });
  return {
    text: fileText(apps, { ...options, variables, missing }),
    variables,
    missing: [...missing].filter(([, reasons]) => reasons.length > 0).map(([app, reasons]) => ({ app, reasons })),
  };
}

/** Leaves out fields, and items of lists, that no request can have. */
function withValidFields(service: RunningService, lose: (app: string, reason: string) => void): RunningService {
  const { key, request } = service;
  const issues = deployRequestSchema.safeParse(request).error?.issues ?? [];
  const invalid = new Map<string, Set<PropertyKey>>();
  for (const { path, message } of issues) {
    const [field = "", item = ""] = path.map(String);
    if (field === "name" || field === "image" || field === "env") throw unusable(request.name, message);
    invalid.set(field, (invalid.get(field) ?? new Set()).add(item));
    lose(key, `${formatFieldPath(path)}: ${message}`);
  }
  const valid = Object.entries(request).map(([field, value]) => {
    const items = invalid.get(field);
    if (items === undefined) return [field, value];
    const kept = Array.isArray(value) && !items.has("") ? value.filter((_, index) => !items.has(String(index))) : [];
    return [field, kept.length === 0 ? undefined : kept];
  });
  return { ...service, request: Object.fromEntries(valid.filter(([, value]) => value !== undefined)) };
}

const unusable = (service: string, message: string): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `Service ${JSON.stringify(service)} can't be an app: ${message}.`, {
    hint: "Leave it out, or rename it, such as with `docker rename`.",
  });

function entriesOf(
  services: readonly RunningService[],
  { project, directory }: DescribeOptions,
  lose: (app: string, reason: string) => void,
): Record<string, Entry> {
  const notes = new FileNotes();
  const location = { file: "", line: 1, column: 1 };
  const tree = readTree(new SourceText("", "{}"), () => undefined, new Findings());
  const located = services.map(({ key, request }): LocatedApp => ({
    app: {
      key,
      service: request.name,
      location,
      file: "",
      request,
      locate: () => location,
      dependsOn: [],
      localStorageLocations: [],
    },
    entry: {},
    path: ["apps", key],
    tree,
  }));
  const empty: AppProject = { project, directory, files: [], apps: [], devices: [], networks: [], resources: [] };
  const conversion: Conversion = { project: empty, located, directory, from: "braces", to: "braces", notes };
  const { apps } = toAppFile(conversion) as { apps: Record<string, Entry> };
  for (const { key, reason } of notes.list()) {
    const [app = ""] = key.split(": ", 1);
    const field = key.slice(app.length + 2);
    lose(
      app,
      `${field}${mountPoint(
        field,
        located.find((each) => each.app.key === app),
      )}: ${reason}`,
    );
  }
  return Object.fromEntries(
    services.map(({ key, uuid }) => [key, uuid === undefined ? (apps[key] ?? {}) : { ...apps[key], uuid }]),
  );
}

/** ` (/data)` for `mounts[0]`: a number says nothing about a service without a file. */
function mountPoint(field: string, app: LocatedApp | undefined): string {
  const [, index] = /^mounts\[(\d+)\]/.exec(field) ?? [];
  const target = index === undefined ? undefined : app?.app.request.mounts?.[Number(index)]?.Target;
  return target === undefined ? "" : ` (${target})`;
}

/** More rounds than a file has keys that another key makes invalid. */
const MAX_ROUNDS = 50;

/** Leaves out the keys that the rules of app files refuse, although a request can have them. */
function withoutInvalidKeys(
  apps: Record<string, Entry>,
  {
    project,
    variables,
    lose,
  }: { project: string; variables: readonly SecretVariable[]; lose: (app: string, reason: string) => void },
): Record<string, Entry> {
  const env = Object.fromEntries(variables.map(({ name }) => [name, "x"]));
  const rest = structuredClone(apps);
  for (let round = 0; ; round += 1) {
    const text = printYaml({ name: project, apps: rest });
    try {
      parseAppFile(text, { file: FILE, env });
      return rest;
    } catch (error) {
      if (!DeploymentError.isInstance(error, "INVALID_FILE") || round === MAX_ROUNDS) throw error;
      const tree = readTree(new SourceText(FILE, text), (name) => env[name], new Findings());
      const paths = new Map(error.issues.map((issue) => [pathAt(tree, issue.location), issue.message]));
      for (const [path, message] of paths) {
        const [, app = "", ...key] = path;
        if (key.length === 0 || key[0] === "uuid" || key[0] === "image") throw error;
        remove(rest[String(app)], key);
        lose(String(app), `${formatFieldPath(key)}: ${message}`);
      }
    }
  }
}

const FILE = "openfactory.yml";

/** The path of the value, or of the key, at a location. */
function pathAt(tree: SourceTree, location: { line: number; column: number } | undefined): FilePath {
  const isAt = (path: FilePath): boolean =>
    [tree.locate(path), tree.locateKey(path)].some(
      ({ line, column }) => line === location?.line && column === location.column,
    );
  const find = (node: Located, path: FilePath): FilePath | undefined => {
    for (const [step, child] of node.children ?? []) {
      const here = [...path, step];
      const found = isAt(here) ? here : find(child, here);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(tree.root, []) ?? [];
}

/** Removes what is at a path, and the lists and mappings that become empty. */
function remove(entry: unknown, [step, ...rest]: FilePath): void {
  if (typeof entry !== "object" || entry === null || step === undefined) return;
  const holder = entry as Record<PropertyKey, unknown>;
  if (rest.length > 0) remove(holder[step], rest);
  const left = holder[step];
  const isGone = rest.length === 0 || (typeof left === "object" && left !== null && Object.keys(left).length === 0);
  if (!isGone) return;
  if (Array.isArray(entry)) entry.splice(Number(step), 1);
  else delete holder[step];
}

interface FileParts extends DescribeOptions {
  variables: readonly SecretVariable[];
  missing: ReadonlyMap<string, readonly string[]>;
}

function fileText(apps: Record<string, Entry>, { project, comment, variables, missing }: FileParts): string {
  const names = variables.map(({ name }) => name).join(", ");
  const legend = [
    ...comment,
    ...explained(apps),
    ...(variables.length > 0
      ? [`Values that look secret were not copied. Set them in .env or in the environment: ${names}`]
      : []),
  ];
  const blocks = Object.entries(apps).map(([key, entry]) => {
    const lacking = (missing.get(key) ?? []).map((reason) => `  #   ${oneLine(reason)}\n`);
    const note =
      lacking.length === 0 ? "" : `  # The running service has more, which is not in this file:\n${lacking.join("")}`;
    return note + printYaml({ [key]: entry }).replace(/^(?=.)/gm, "  ");
  });
  return `${FILE_HEADER}${legend.map((line) => `# ${oneLine(line)}\n`).join("")}${printYaml({ name: project })}\napps:\n${blocks.join("\n")}`;
}

/** What the less common keys mean, if the file has them. */
const explained = (apps: Record<string, Entry>): string[] => [
  ...(Object.values(apps).some((entry) => entry["openfactory_variables"] === false)
    ? ["openfactory_variables: false: the app gets no variables but its own."]
    : []),
  ...(JSON.stringify(apps).includes('"any_node":true')
    ? ["any_node: true: the directory exists on every node that the app can run on."]
    : []),
];

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, " ");
