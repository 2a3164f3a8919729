import type { SourceLocation } from "@openfactory/deploy-core";
import { checkDeviceUuids, checkHostPorts, checkKeys, checkServiceNames, checkVolumeNames } from "./checks.js";
import { resolveDependencies } from "./dependencies.js";
import type { PreparedDevices } from "./devices/prepare-devices.js";
import { readDevices } from "./devices/read-devices.js";
import type { Files } from "./files/referenced-files.js";
import { type Findings, reporterFor } from "./findings.js";
import type { Environment } from "./interpolation/interpolate.js";
import { ProjectBudget } from "./limits.js";
import { type BuiltProject, comparedKeys, type LocatedApp, type LocatedKey } from "./located.js";
import type { App, AppNetwork } from "./model.js";
import { nameProject } from "./project-name.js";
import { buildRequest, type FieldsReader, fieldsReader, REQUEST_FORMAT } from "./request/build-request.js";
import { EnvFiles } from "./request/env-files.js";
import { inheritedVariables } from "./request/environment.js";
import type { SharedContext } from "./request/fields.js";
import {
  checkResourceNames,
  type Declarations,
  declareResources,
  hashDeclaredSecrets,
  mergeDeclarations,
  usedResources,
} from "./resources.js";
import { type AppEntry, type Outline, validateApp, validateOutline } from "./schema/app-file.js";
import { addSchemaFindings } from "./schema/schema-findings.js";
import { type HashSecret, hashSecret } from "./secret-hashes.js";
import type { SourceTree } from "./yaml/source-tree.js";

/** A parsed file of a project. */
export interface SourceFile {
  tree: SourceTree;
  /** Its path relative to the project directory. */
  file: string;
  /** Variables for interpolation. */
  env: Environment;
}

/** The input of {@link buildProject}. */
export interface ProjectSources {
  sources: readonly SourceFile[];
  /** The files that the sources reference. */
  files: Files;
  /** The devices, prepared by their connectors. Default: none, and each device is a finding. */
  devices?: PreparedDevices;
  /** The project's name. Default: `name:` of a file, else the directory's. */
  name?: string | undefined;
  /** Absolute path of the project directory. */
  directory: string;
  /** Whether all files of the project are among the sources. Default true. */
  isComplete?: boolean;
}

/**
 * Builds a project from parsed files.
 * @throws DeploymentError `INVALID_FILE` with all findings, including those of reading the files.
 */
export const buildProject = (from: ProjectSources, findings: Findings): BuiltProject =>
  finishProject(from, outlineProject(from, findings), hashSecret, findings);

/** As {@link buildProject}; hashes the secrets at the same time. */
export async function buildProjectConcurrently(from: ProjectSources, findings: Findings): Promise<BuiltProject> {
  const outlined = outlineProject(from, findings);
  const { project } = outlined.identity;
  const hash = await hashDeclaredSecrets(
    outlined.files.map(({ source, outline }) => [outline, { ...source, files: from.files, project }]),
  );
  return finishProject(from, outlined, hash, findings);
}

interface OutlinedProject {
  identity: ReturnType<typeof nameProject>;
  files: readonly OutlinedFile[];
}

/** The project's name, and the top level of each file. */
const outlineProject = ({ sources, name, directory }: ProjectSources, findings: Findings): OutlinedProject => ({
  identity: nameProject(
    sources.map(({ tree }) => tree),
    { given: name, directory },
    findings,
  ),
  files: sources.map((source) => outline(source, findings)),
});

function finishProject(
  { sources, files, devices: prepared, isComplete = true }: ProjectSources,
  { identity, files: outlined }: OutlinedProject,
  hash: HashSecret,
  findings: Findings,
): BuiltProject {
  const isDeployed = outlined.some(({ keys }) => keys.apps.length + keys.devices.length > 0);
  for (const file of outlined) checkEntries(file, isDeployed || !isComplete, findings);
  const declarations = outlined.map(({ source: { tree, file, env }, outline }) => {
    const report = reporterFor(tree, findings);
    const { project } = identity;
    return { tree, declared: declareResources(outline, { project, tree, file, files, env, report, hash }) };
  });
  checkResourceNames(declarations, findings);
  const declared = mergeDeclarations(declarations, findings);

  const budget = new ProjectBudget(findings);
  const deviceNames = nameDevices(outlined, prepared);
  const located = outlined.map(({ source: { tree, file, env }, keys }) => {
    const report = reporterFor(tree, findings);
    const inherited = inheritedVariables(env);
    const envFiles = new EnvFiles(files, env);
    const shared = { tree, file, environment: env, inherited, files, declared, envFiles, budget, findings, report };
    const fieldsAt = fieldsReader(shared);
    const devices = readDevices(keys.devices, prepared, deviceNames, shared);
    return {
      devices,
      apps: [...keys.apps.flatMap((key) => readApp(key, shared, fieldsAt)), ...devices.flatMap(({ apps }) => apps)],
    };
  });
  const apps = located.flatMap((each) => each.apps);
  const devices = located.flatMap((each) => each.devices);
  const keys = outlined.flatMap((file) => locateKeys(file, deviceNames));
  checkKeys(keys, findings);
  checkDeviceUuids(devices, findings);
  checkServiceNames(apps, findings);
  checkHostPorts(apps, findings);
  checkVolumeNames(apps, findings);
  resolveDependencies(apps, isComplete ? keys : undefined, findings);
  findings.throwIfAny();
  const project = {
    ...identity,
    files: sources.map(({ file }) => file),
    apps: apps.map(({ app }) => app),
    devices: devices.map(({ device }) => device),
    networks: existingNetworks(apps, declared),
    resources: usedResources(
      declared,
      apps.map(({ entry }) => entry),
    ),
  };
  return { project, located: apps };
}

type DeviceNames = (tree: SourceTree, key: string) => string;

/**
 * Names of devices on the command line: the name in the file, or the lowercase uuid if several files use the name, as
 * OpenFactory's own files do.
 */
function nameDevices(outlined: readonly OutlinedFile[], prepared: PreparedDevices | undefined): DeviceNames {
  const counts = new Map<string, number>();
  for (const { keys } of outlined) for (const key of keys.devices) counts.set(key, (counts.get(key) ?? 0) + 1);
  return (tree, key) => {
    const uuid = prepared?.get(tree)?.get(key)?.entry.uuid;
    return (counts.get(key) ?? 0) > 1 && uuid !== undefined ? uuid.toLowerCase() : key;
  };
}

/** The names of all apps and devices of a file, including those with invalid entries. */
const locateKeys = ({ source: { tree }, keys }: OutlinedFile, deviceNames: DeviceNames): LocatedKey[] => [
  ...keys.apps.map((key) => ({ key, path: ["apps", key], tree })),
  ...keys.devices.map((key) => ({ key: deviceNames(tree, key), path: ["devices", key], tree })),
];

interface OutlinedFile {
  source: SourceFile;
  outline: Outline | undefined;
  keys: Record<"apps" | "devices", string[]>;
}

/** Validates the top level of a file. */
function outline(source: SourceFile, findings: Findings): OutlinedFile {
  const { tree } = source;
  const { data, error } = validateOutline(tree.root.value);
  if (error) addSchemaFindings(error, [], tree, findings);
  const keysOf = (kind: string): string[] =>
    [...(tree.find([kind])?.children?.keys() ?? [])].filter((key) => typeof key === "string");
  return { source, outline: data, keys: { apps: keysOf("apps"), devices: keysOf("devices") } };
}

/** A file without apps and devices is a finding, unless it has the name or resources of apps in other files. */
function checkEntries({ source: { tree }, outline, keys }: OutlinedFile, hasOthers: boolean, findings: Findings): void {
  if (keys.apps.length > 0 || keys.devices.length > 0) return;
  if (tree.find(["apps"]) === undefined && tree.find(["devices"]) === undefined) {
    const isForOthers = hasOthers && outline !== undefined && Object.values(outline).some((value) => value != null);
    if (!isForOthers && tree.root.children instanceof Map && !Array.isArray(tree.root.value)) {
      findings.add(tree.locate([]), '"apps" is missing', "Declare apps:, devices:, or both.");
    }
  } else if (outline !== undefined) {
    const which = tree.find(["apps"]) === undefined ? "devices" : "apps";
    findings.add(tree.locateKey([which]), `no ${which} in the file`, `Add an entry to ${which}.`);
  }
}

/** The app of that name. Empty if its entry is invalid, which is a finding. */
function readApp(key: string, shared: SharedContext, fieldsAt: FieldsReader): LocatedApp[] {
  const { tree, file, findings } = shared;
  const path = ["apps", key];
  const { data: entry, error } = validateApp(tree.find(path)?.value);
  if (error) addSchemaFindings(error, path, tree, findings);
  if (entry === undefined) return [];
  const published = (entry.ports ?? []).reduce((total, { length }) => total + length, 0);
  shared.budget.addPorts(published, tree.locateKey([...path, "ports"]));
  const { fields, ...built } = buildRequest({ ...shared, entry, path }, fieldsAt);
  const app: App = {
    key,
    service: entry.uuid.toLowerCase(),
    location: tree.locateKey(path),
    file,
    ...built,
    format: REQUEST_FORMAT,
    dependsOn: [],
    localStorageLocations: localStorage(key, entry, tree),
  };
  return [{ app, entry: comparedKeys(entry), path, tree, fields }];
}

const localStorage = (key: string, { storage }: AppEntry, tree: SourceTree): SourceLocation[] =>
  Object.entries(storage ?? {})
    .filter(([, storage]) => storage.type === "local" && storage.any_node !== true)
    .map(([name]) => tree.locate(["apps", key, "storage", name, "type"]));

/** The networks that apps join and that no file declares. */
function existingNetworks(apps: readonly LocatedApp[], declared: Declarations): AppNetwork[] {
  const networks = new Map<string, AppNetwork>();
  for (const { app, entry, path, tree } of apps) {
    (entry.networks ?? []).forEach((key, index) => {
      const { name, resource } = declared.networks.get(key) ?? { name: key };
      if (resource !== undefined) return;
      const known = networks.get(name);
      if (known !== undefined) known.apps.push(app.key);
      else networks.set(name, { name, apps: [app.key], location: tree.locate([...path, "networks", index]) });
    });
  }
  return [...networks.values()];
}
