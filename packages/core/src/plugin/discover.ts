import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PluginDeclaration } from "./registry.js";

/**
 * The key of `package.json` under which a package declares its platforms, as Python packages do with the entry-point
 * group `openfactory.deployment_platforms`: `{"openfactory": {"deploymentPlatforms": {"podman": "./dist/plugin.js"}}}`.
 */
export const DECLARATION_KEY = "deploymentPlatforms";

interface Manifest {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  openfactory?: { [DECLARATION_KEY]?: Record<string, unknown> };
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

const declarations = (folder: string, manifest: Manifest): PluginDeclaration[] => {
  const platforms = manifest.openfactory?.[DECLARATION_KEY];
  if (typeof platforms !== "object" || platforms === null) return [];
  return Object.entries(platforms).map(([name, file]) => ({
    name,
    origin: manifest.name ?? folder,
    load: async () => {
      if (typeof file === "string") return import(pathToFileURL(join(folder, file)).href);
      throw new Error(`its package.json declares ${name} by something that is not a path`);
    },
  }));
};

/**
 * The platforms that a project's installed dependencies declare, and those of the project itself.
 * @param folder where to look for the project: the nearest `package.json` at or above it.
 */
export async function discoverPlugins(folder: string): Promise<PluginDeclaration[]> {
  const project = await nearest(folder);
  if (project === undefined) return [];
  const { dependencies, devDependencies, optionalDependencies } = project.manifest;
  const installed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const found = await Promise.all(
    installed.map(async (name) => {
      for (const candidate of folderOf(name, project.folder)) {
        const manifest = await readManifest(join(candidate, "package.json"));
        if (manifest !== undefined) return declarations(candidate, manifest);
      }
      return [];
    }),
  );
  return [...declarations(project.folder, project.manifest), ...found.flat()];
}
