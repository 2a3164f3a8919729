import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PluginDeclaration } from "./plugin-registry.js";

/**
 * The key of `package.json` under which a package declares its platforms, as Python packages do with the entry-point
 * group `openfactory.deployment_platforms`: `{"openfactory": {"deploymentPlatforms": {"podman": "./dist/plugin.js"}}}`.
 */
export const DECLARATION_KEY = "deploymentPlatforms";
/** The same for connectors of devices. */
export const CONNECTORS_KEY = "connectors";
/** The same for asset listeners. */
export const LISTENERS_KEY = "assetListeners";

const KEYS = [DECLARATION_KEY, CONNECTORS_KEY, LISTENERS_KEY] as const;
export type DeclarationKey = (typeof KEYS)[number];

interface Manifest {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  openfactory?: { [Key in DeclarationKey]?: Record<string, unknown> };
}

const readManifest = async (path: string): Promise<Manifest | undefined> => {
  try {
    const manifest: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof manifest === "object" && manifest !== null ? manifest : undefined;
  } catch {
    // A folder without a readable package.json declares nothing.
    return undefined;
  }
};

/** The nearest package.json at or above a folder. */
const nearest = async (folder: string): Promise<{ folder: string; manifest: Manifest } | undefined> => {
  const manifest = await readManifest(join(folder, "package.json"));
  if (manifest !== undefined) return { folder, manifest };
  return dirname(folder) === folder ? undefined : nearest(dirname(folder));
};

const folderOf = (packageName: string, from: string): string[] =>
  (createRequire(join(from, "package.json")).resolve.paths(packageName) ?? []).map((path) => join(path, packageName));

type Declarations = Record<DeclarationKey, PluginDeclaration[]>;

const declarationsOf = (folder: string, manifest: Manifest, key: DeclarationKey): PluginDeclaration[] => {
  const declared = manifest.openfactory?.[key];
  if (typeof declared !== "object" || declared === null) return [];
  return Object.entries(declared).map(([name, file]) => ({
    name,
    origin: manifest.name ?? folder,
    load: async () => {
      if (typeof file === "string") return import(pathToFileURL(join(folder, file)).href);
      throw new Error(`its package.json declares ${name} by something that is not a path`);
    },
  }));
};

/**
 * The plugins of every kind that a project's installed dependencies declare, and those of the project itself.
 * @param folder where to look for the project: the nearest `package.json` at or above it.
 */
export async function discoverAllPlugins(folder: string): Promise<Declarations> {
  const manifests = await manifestsOf(folder);
  const ofKind = (key: DeclarationKey): PluginDeclaration[] =>
    manifests.flatMap((found) => declarationsOf(found.folder, found.manifest, key));
  return {
    [DECLARATION_KEY]: ofKind(DECLARATION_KEY),
    [CONNECTORS_KEY]: ofKind(CONNECTORS_KEY),
    [LISTENERS_KEY]: ofKind(LISTENERS_KEY),
  };
}

/** As {@link discoverAllPlugins}, of one kind. */
export const discoverPlugins = async (
  folder: string,
  key: DeclarationKey = DECLARATION_KEY,
): Promise<PluginDeclaration[]> => (await discoverAllPlugins(folder))[key];

async function manifestsOf(folder: string): Promise<{ folder: string; manifest: Manifest }[]> {
  const project = await nearest(folder);
  if (project === undefined) return [];
  const { dependencies, devDependencies, optionalDependencies } = project.manifest;
  const installed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const found = await Promise.all(
    installed.map(async (name) => {
      for (const candidate of folderOf(name, project.folder)) {
        const manifest = await readManifest(join(candidate, "package.json"));
        if (manifest !== undefined) return [{ folder: candidate, manifest }];
      }
      return [];
    }),
  );
  return [project, ...found.flat()];
}
