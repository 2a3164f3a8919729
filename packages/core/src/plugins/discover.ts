import { readFile } from "node:fs/promises";
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
 */
export async function discoverAllPlugins(folder: string): Promise<Declarations> {
  const packages = await readPackages(folder);
  const declarations = (key: DeclarationKey): PluginDeclaration[] =>
    packages.flatMap((found) => readDeclarations(found, key));
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
  if (project === undefined) return [];
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
