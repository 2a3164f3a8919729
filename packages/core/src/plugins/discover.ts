import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PluginDeclaration } from "./plugin-registry.js";

/**
 * The key of `package.json` under which a package declares its platforms, like the entry-point group
 * `openfactory.deployment_platforms` of Python packages:
 * `{"openfactory": {"deploymentPlatforms": {"podman": "./dist/plugin.js"}}}`.
 */
export const PLATFORMS_KEY = "deploymentPlatforms";
/** The same for connectors of devices. */
export const CONNECTORS_KEY = "connectors";
/** The same for asset listeners. */
export const LISTENERS_KEY = "assetListeners";

type DeclarationKey = typeof PLATFORMS_KEY | typeof CONNECTORS_KEY | typeof LISTENERS_KEY;

type Declarations = Record<DeclarationKey, PluginDeclaration[]>;

interface PackageJson {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  openfactory?: { [Key in DeclarationKey]?: Record<string, unknown> };
}

interface Package {
  folder: string;
  json: PackageJson;
}

/**
 * Finds the plugins of all kinds that a project and its installed dependencies declare.
 * @param folder the project is that of the nearest `package.json` at or above this folder.
 * @param installation the folder whose `node_modules` contains the program. Its plugins are found too, unless the project
 * declares the same name. With a `package.json`, its dependencies are read; without one, as in npm's global folder, all
 * packages are.
 */
export async function discoverAllPlugins(folder: string, installation?: string): Promise<Declarations> {
  const packages = await readPackages(folder);
  const beside = installation === undefined ? [] : await readInstallation(installation);
  const declarations = (key: DeclarationKey): PluginDeclaration[] => {
    const own = packages.flatMap((found) => readDeclarations(found, key));
    const names = new Set(own.map(({ name }) => name));
    const others = beside.flatMap((found) => readDeclarations(found, key));
    return [...own, ...others.filter(({ name }) => !names.has(name))];
  };
  return {
    [PLATFORMS_KEY]: declarations(PLATFORMS_KEY),
    [CONNECTORS_KEY]: declarations(CONNECTORS_KEY),
    [LISTENERS_KEY]: declarations(LISTENERS_KEY),
  };
}

/** As {@link discoverAllPlugins}, for one kind. */
export const discoverPlugins = async (
  folder: string,
  key: DeclarationKey = PLATFORMS_KEY,
): Promise<PluginDeclaration[]> => (await discoverAllPlugins(folder))[key];

function readDeclarations({ folder, json }: Package, key: DeclarationKey): PluginDeclaration[] {
  const declared = json.openfactory?.[key];
  if (typeof declared !== "object" || declared === null) return [];
  return Object.entries(declared).map(([name, file]) => ({
    name,
    origin: json.name ?? folder,
    load: async () => {
      if (typeof file === "string") return import(pathToFileURL(join(folder, file)).href);
      throw new Error(`its package.json must declare ${name} with a path`);
    },
  }));
}

/** The project's package and those of its installed dependencies. */
async function readPackages(folder: string): Promise<Package[]> {
  const project = await findProject(folder);
  return project === undefined ? [] : withDependencies(project);
}

/** The dependencies of the folder's package, or all packages of its `node_modules` if it is no package. */
async function readInstallation(folder: string): Promise<Package[]> {
  const json = await readPackageJson(folder);
  if (json !== undefined) return withDependencies({ folder, json });
  const modules = join(folder, "node_modules");
  const names = await readNames(modules);
  const inScopes = names
    .filter((name) => name.startsWith("@"))
    .map(async (scope) => (await readNames(join(modules, scope))).map((name) => join(scope, name)));
  const paths = [...names, ...(await Promise.all(inScopes)).flat()].map((name) => join(modules, name));
  const found = await Promise.all(paths.map(async (path) => ({ folder: path, json: await readPackageJson(path) })));
  return found.flatMap(({ folder: path, json: own }) => (own === undefined ? [] : [{ folder: path, json: own }]));
}

/** Sorted; empty if the folder can't be read. */
const readNames = (folder: string): Promise<string[]> =>
  readdir(folder).then(
    (names) => names.sort(),
    () => [],
  );

async function withDependencies(project: Package): Promise<Package[]> {
  const { dependencies, devDependencies, optionalDependencies } = project.json;
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const installed = await Promise.all(
    names.map(async (name) => {
      for (const candidate of candidateFolders(name, project.folder)) {
        const json = await readPackageJson(candidate);
        if (json !== undefined) return [{ folder: candidate, json }];
      }
      return [];
    }),
  );
  return [project, ...installed.flat()];
}

async function findProject(folder: string): Promise<Package | undefined> {
  const json = await readPackageJson(folder);
  if (json !== undefined) return { folder, json };
  return dirname(folder) === folder ? undefined : findProject(dirname(folder));
}

/** The folders in which Node looks for a package, nearest first. */
const candidateFolders = (packageName: string, from: string): string[] =>
  (createRequire(join(from, "package.json")).resolve.paths(packageName) ?? []).map((path) => join(path, packageName));

/** Undefined if the folder has no readable package.json. */
async function readPackageJson(folder: string): Promise<PackageJson | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return typeof json === "object" && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
