import { basename, dirname, resolve } from "node:path";
import { fieldPath, type SourceLocation } from "@openfactory/deploy-core";
import { resolveDependencies } from "./checks/dependencies.js";
import { checkHostPorts } from "./checks/host-ports.js";
import type { ReadApp } from "./checks/read-app.js";
import { checkServiceNames } from "./checks/service-names.js";
import { type Environment, environmentLookup } from "./interpolation/environment.js";
import type { App, AppFile, AppNetwork } from "./model.js";
import { projectName } from "./project-name.js";
import { Findings } from "./report/findings.js";
import { buildRequest } from "./request/build-request.js";
import type { AppContext } from "./request/part.js";
import { type AppEntry, appSchema, outlineSchema } from "./schema/app.js";
import { addSchemaFindings } from "./schema/schema-findings.js";
import { readTree } from "./source/read-tree.js";
import { SourceText } from "./source/source-text.js";
import type { SourceTree } from "./source/tree.js";

export interface ParseOptions {
  /** Path of the file: named in errors, and the place from which relative paths count. */
  file: string;
  /** Variables for interpolation, and OpenFactory's own that are passed on to apps. */
  env: Environment;
}

/**
 * Reads the text of an app file. Nothing but the text and `env` is looked at.
 * @throws DeploymentError `INVALID_FILE` with all findings, each with file, line, column and what to do. Values of
 * variables are in none of them.
 */
export function parseAppFile(text: string, { file, env }: ParseOptions): AppFile {
  const findings = new Findings();
  const tree = readTree(new SourceText(file, text), environmentLookup(env), findings);
  const outline = outlineSchema.safeParse(tree.root.value);
  if (outline.error) addSchemaFindings(outline.error, [], tree, findings);

  const keys = [...(tree.find(["apps"])?.children?.keys() ?? [])].filter((key) => typeof key === "string");
  if (outline.success && keys.length === 0) {
    findings.add(tree.locateKey(["apps"]), "there are no apps in the file", "Add one below apps.");
  }
  const project = nameProject(outline.data?.name, file, tree, findings);
  const apps = keys.flatMap((key) => readApp(key, tree, env, findings));
  checkServiceNames(apps, tree, findings);
  checkHostPorts(apps, tree, findings);
  resolveDependencies(apps, keys, tree, findings);
  findings.throwIfAny();
  return { file, project, apps: apps.map(({ app }) => app), networks: networksOf(apps, tree) };
}

function nameProject(name: string | null | undefined, file: string, tree: SourceTree, findings: Findings): string {
  const project = projectName(name ?? basename(dirname(resolve(file))));
  if (project === "") {
    const which = name == null ? "the folder's name" : "name";
    const hint = "Write a name: of lower-case letters and digits.";
    findings.add(tree.locate(["name"]), `${which} makes no project name`, hint);
  }
  return project;
}

/** The app of that name; none where its entry is not valid, which is then among the findings. */
function readApp(key: string, tree: SourceTree, environment: Environment, findings: Findings): ReadApp[] {
  const path = ["apps", key];
  const { data: entry, error } = appSchema.safeParse(tree.find(path)?.value);
  if (error) addSchemaFindings(error, path, tree, findings);
  if (entry === undefined) return [];
  const tell: AppContext["tell"] = (at, message, hint) => {
    if (!tree.isBroken(at)) findings.add(tree.locateKey(at), `${fieldPath(at)}: ${message}`, hint);
  };
  const app: App = {
    key,
    service: entry.uuid.toLowerCase(),
    location: tree.locateKey(path),
    request: buildRequest({ entry, path, tree, environment, tell }),
    dependsOn: [],
    usesLocalStorage: localStorage(key, entry, tree),
  };
  return [{ app, entry }];
}

const localStorage = (key: string, { storage }: AppEntry, tree: SourceTree): SourceLocation[] =>
  Object.entries(storage ?? {})
    .filter(([, { type }]) => type === "local")
    .map(([name]) => tree.locate(["apps", key, "storage", name, "type"]));

function networksOf(apps: readonly ReadApp[], tree: SourceTree): AppNetwork[] {
  const networks = new Map<string, AppNetwork>();
  for (const { app, entry } of apps) {
    (entry.networks ?? []).forEach((name, index) => {
      const known = networks.get(name);
      if (known !== undefined) known.apps.push(app.key);
      else networks.set(name, { name, apps: [app.key], location: tree.locate(["apps", app.key, "networks", index]) });
    });
  }
  return [...networks.values()];
}
