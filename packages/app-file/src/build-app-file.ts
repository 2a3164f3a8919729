import { basename, dirname, resolve } from "node:path";
import type { SourceLocation } from "@openfactory/deploy-core";
import { resolveDependencies } from "./checks/dependencies.js";
import { checkHostPorts } from "./checks/host-ports.js";
import type { ReadApp } from "./checks/read-app.js";
import { checkResourceNames } from "./checks/resource-names.js";
import { checkServiceNames } from "./checks/service-names.js";
import type { Files } from "./files/files.js";
import type { Environment } from "./interpolation/environment.js";
import type { App, AppFile, AppNetwork } from "./model.js";
import { projectName } from "./project-name.js";
import type { Findings } from "./report/findings.js";
import { teller } from "./report/tell.js";
import { buildRequest } from "./request/build-request.js";
import { passedOnFrom } from "./request/environment.js";
import type { AppContext } from "./request/part.js";
import { declareResources, usedResources } from "./resources/declare.js";
import type { Declarations } from "./resources/declared.js";
import { type AppEntry, appSchema, outlineSchema } from "./schema/app.js";
import { addSchemaFindings } from "./schema/schema-findings.js";
import type { SourceTree } from "./source/tree.js";

/** What an app file is read with: its variables, and the files that it names. */
export interface Surroundings {
  env: Environment;
  files: Files;
}

/**
 * The apps of a file that has been read, and what it declares beside them.
 * @throws DeploymentError `INVALID_FILE` with all findings, those of reading it among them.
 */
export function buildAppFile(tree: SourceTree, { env, files }: Surroundings, findings: Findings): AppFile {
  const outline = outlineSchema.safeParse(tree.root.value);
  if (outline.error) addSchemaFindings(outline.error, [], tree, findings);

  const keys = [...(tree.find(["apps"])?.children?.keys() ?? [])].filter((key) => typeof key === "string");
  if (outline.success && keys.length === 0) {
    findings.add(tree.locateKey(["apps"]), "there are no apps in the file", "Add one below apps.");
  }
  const { file } = tree.source;
  const project = nameProject(outline.data?.name, file, tree, findings);
  const tell = teller(tree, findings);
  const declared = declareResources(outline.data, { project, tree, files, env, tell });
  checkResourceNames(declared, tree, findings);
  const context = { tree, environment: env, passedOn: passedOnFrom(env), files, declared, findings, tell };
  const apps = keys.flatMap((key) => readApp(key, context));
  checkServiceNames(apps, tree, findings);
  checkHostPorts(apps, tree, findings);
  resolveDependencies(apps, keys, tree, findings);
  findings.throwIfAny();
  return {
    file,
    project,
    apps: apps.map(({ app }) => app),
    networks: existingNetworks(apps, declared, tree),
    resources: usedResources(
      declared,
      apps.map(({ entry }) => entry),
    ),
  };
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
function readApp(key: string, shared: Omit<AppContext, "entry" | "path">): ReadApp[] {
  const { tree, findings } = shared;
  const path = ["apps", key];
  const { data: entry, error } = appSchema.safeParse(tree.find(path)?.value);
  if (error) addSchemaFindings(error, path, tree, findings);
  if (entry === undefined) return [];
  const app: App = {
    key,
    service: entry.uuid.toLowerCase(),
    location: tree.locateKey(path),
    request: buildRequest({ ...shared, entry, path }),
    dependsOn: [],
    usesLocalStorage: localStorage(key, entry, tree),
  };
  return [{ app, entry }];
}

const localStorage = (key: string, { storage }: AppEntry, tree: SourceTree): SourceLocation[] =>
  Object.entries(storage ?? {})
    .filter(([, { type }]) => type === "local")
    .map(([name]) => tree.locate(["apps", key, "storage", name, "type"]));

/** The networks that apps join and that are not made for them. */
function existingNetworks(apps: readonly ReadApp[], declared: Declarations, tree: SourceTree): AppNetwork[] {
  const networks = new Map<string, AppNetwork>();
  for (const { app, entry } of apps) {
    (entry.networks ?? []).forEach((key, index) => {
      const { name, resource } = declared.networks.get(key) ?? { name: key };
      if (resource !== undefined) return;
      const known = networks.get(name);
      if (known !== undefined) known.apps.push(app.key);
      else networks.set(name, { name, apps: [app.key], location: tree.locate(["apps", app.key, "networks", index]) });
    });
  }
  return [...networks.values()];
}
