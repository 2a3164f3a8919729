import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseNames, type Names, UserError } from "./names.js";

export interface CreateOptions {
  /** The folder to create. It must be empty or not exist. */
  directory: string;
  /** The platform's name. Default: the name of the directory, without the prefix `strategy-`. */
  platform?: string;
  /** The name of the npm package. Default: `openfactory-strategy-<platform>`. */
  package?: string;
}

/**
 * Creates a working strategy package.
 * @returns its names, and the created files, relative to the directory.
 * @throws UserError for invalid names, and for a directory that is not empty. No file is written then.
 */
export async function createStrategy(options: CreateOptions): Promise<{ names: Names; files: string[] }> {
  const folder = resolve(options.directory);
  const names = chooseNames(basename(folder), options);
  await assertEmpty(folder);
  const files = await renderTemplate(names);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { names, files: Object.keys(files) };
}

/** A folder with an empty Git repository counts as empty. */
async function assertEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR") throw new UserError(`${folder} is not a directory.`, "Choose another directory.");
    throw error;
  });
  if (entries.every((name) => name === ".git")) return;
  throw new UserError(`The directory ${folder} is not empty.`, "Choose a new directory, or empty this one.");
}

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const templateFolder = join(packageFolder, "template");

/**
 * Renders the template, which is a working strategy with the name `my-platform`, with other names.
 * @returns the text of each file by its path. Files that npm would not pack under their own names have the prefix `_` in the
 * template.
 */
async function renderTemplate(names: Names): Promise<Record<string, string>> {
  const versions = await readVersions();
  const entries = await readdir(templateFolder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.sort().map(async (path): Promise<[string, string]> => {
    const target = path
      .slice(templateFolder.length + 1)
      .split(sep)
      .join("/")
      .replace(/^_(?!package\.json$)/, ".")
      .replace(/^_/, "");
    const text = replaceNames(await readFile(path, "utf8"), names);
    return [target, target === "package.json" ? setVersions(text, versions) : text];
  });
  return Object.fromEntries(await Promise.all(files));
}

function replaceNames(text: string, names: Names): string {
  const replacements: Record<string, string> = {
    "openfactory-strategy-my-platform": names.package,
    "my-platform": names.platform,
    MyPlatform: names.className,
  };
  return text.replace(new RegExp(Object.keys(replacements).join("|"), "g"), (name) => replacements[name] ?? name);
}

interface PackageJson {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The versions of the template's dependencies: those that this package's own tests of the template use. */
async function readVersions(): Promise<Record<string, string>> {
  const packageJson = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8")) as PackageJson;
  return packageJson.devDependencies ?? {};
}

/** The contract's major version that the template is for. Releases of core have a lower or the same major version. */
const CONTRACT_MAJOR = 1;

/**
 * A peer range for a caret range: all later releases of core with the same major version of the contract. A caret would exclude
 * those after 0.x, and two plugins of different age could not be installed in one project.
 */
export const peerRange = (range = ""): string => range.replace(/^\^(?=\d)(.*)/, `>=$1 <${CONTRACT_MAJOR + 1}`);

function setVersions(text: string, versions: Record<string, string>): string {
  const packageJson = JSON.parse(text) as PackageJson;
  for (const section of [packageJson.dependencies, packageJson.peerDependencies, packageJson.devDependencies]) {
    for (const name of Object.keys(section ?? {})) Object.assign(section ?? {}, { [name]: versions[name] });
  }
  for (const [name, range] of Object.entries(packageJson.peerDependencies ?? {}))
    Object.assign(packageJson.peerDependencies ?? {}, { [name]: peerRange(range) });
  return `${JSON.stringify(packageJson, undefined, 2)}\n`;
}
