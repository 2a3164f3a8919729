import { mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { chooseNames, type Names } from "./names.js";
import { renderTemplate } from "./template.js";
import { UserError } from "./user-error.js";

export interface CreateOptions {
  /** Where to make it: a folder that is empty, or not there yet. */
  directory: string;
  /** The platform's name. Default: the directory's, without `strategy-` in front. */
  platform?: string;
  /** The name of the npm package. Default: `openfactory-strategy-<platform>`. */
  package?: string;
}

/**
 * Writes a working strategy package.
 * @returns its names, and the files that were written, relative to the directory.
 * @throws UserError for names that can't be, and a directory in use; nothing is written then.
 */
export async function createStrategy(options: CreateOptions): Promise<{ names: Names; files: string[] }> {
  const folder = resolve(options.directory);
  const names = chooseNames(basename(folder), options);
  await refuseUsed(folder);
  const files = await renderTemplate(names);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { names, files: Object.keys(files) };
}

/** A fresh repository is as good as an empty folder. */
async function refuseUsed(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR") throw new UserError(`${folder} is no directory.`, "Name another directory.");
    throw error;
  });
  if (found.every((name) => name === ".git")) return;
  throw new UserError(`The directory ${folder} is not empty.`, "Name a new directory, or empty this one.");
}
