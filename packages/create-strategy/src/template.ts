import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Names } from "./names.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const template = join(root, "template");

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * The files of a strategy with these names, path to text. The template is a strategy that works as it is, called
 * `my-platform`; only what npm would not pack under its own name begins with an underscore.
 */
export async function renderTemplate(names: Names): Promise<Record<string, string>> {
  const versions = await ownVersions();
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.sort().map(async (path): Promise<[string, string]> => {
    const target = path
      .slice(template.length + 1)
      .split(sep)
      .join("/")
      .replace(/^_(?!package\.json$)/, ".")
      .replace(/^_/, "");
    const text = rename(await readFile(path, "utf8"), names);
    return [target, target === "package.json" ? withVersions(text, versions) : text];
  });
  return Object.fromEntries(await Promise.all(files));
}

const rename = (text: string, names: Names): string => {
  const words: Record<string, string> = {
    "openfactory-strategy-my-platform": names.package,
    "my-platform": names.platform,
    MyPlatform: names.className,
  };
  return text.replace(new RegExp(Object.keys(words).join("|"), "g"), (word) => words[word] ?? word);
};

/** The versions with which the template was tested: those that this package was made with, as published. */
async function ownVersions(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Manifest;
  return manifest.devDependencies ?? {};
}

function withVersions(text: string, versions: Record<string, string>): string {
  const manifest = JSON.parse(text) as Manifest;
  for (const section of [manifest.dependencies, manifest.peerDependencies, manifest.devDependencies]) {
    for (const name of Object.keys(section ?? {})) Object.assign(section ?? {}, { [name]: versions[name] });
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
