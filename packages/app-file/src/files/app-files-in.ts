import { type Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Findings } from "../report/findings.js";
import { systemReason } from "../source/read-text.js";

/** How deep directories may lie in each other, and how many are read. */
const MAX_LEVELS = 20;
const MAX_DIRECTORIES = 10_000;

/** The names of app files in a directory. */
const APP_FILE = /^(?:app_.*|dev_.*|openfactory)\.ya?ml$/;

const LOOKED_FOR = "app_*.yml, dev_*.yml and openfactory.yml (or .yaml)";

/** Directories that hold no app files of a project's own. */
const isSkipped = (name: string): boolean => name.startsWith(".") || name === "node_modules";

/**
 * The app files in a directory and in the directories below it, by their paths. Hidden directories and `node_modules` are
 * skipped. A directory that symbolic links reach twice is read once. A directory without app files is a finding.
 */
export async function appFilesIn(directory: string, findings: Findings): Promise<string[]> {
  const files: string[] = [];
  const seen = new Set<string>();
  const refuse = (path: string, message: string, hint: string): void =>
    findings.add({ file: path, line: 1, column: 1 }, message, hint);

  const read = async (path: string, level: number): Promise<void> => {
    let entries: Dirent[];
    try {
      const real = await realpath(path);
      if (seen.has(real)) return;
      seen.add(real);
      entries = await readdir(path, { withFileTypes: true });
    } catch (error) {
      refuse(path, ...systemReason(error, "directory"));
      return;
    }
    if (seen.size > MAX_DIRECTORIES) {
      if (seen.size === MAX_DIRECTORIES + 1) {
        refuse(directory, `the directory holds more than ${MAX_DIRECTORIES} directories`, "Name one further down.");
      }
      return;
    }
    for (const entry of entries.sort(byName)) {
      const inside = join(path, entry.name);
      const isDirectory = entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToDirectory(inside)));
      if (!isDirectory) {
        if (APP_FILE.test(entry.name)) files.push(inside);
      } else if (!isSkipped(entry.name)) {
        if (level < MAX_LEVELS) await read(inside, level + 1);
        else refuse(inside, `the directory is more than ${MAX_LEVELS} levels deep`, "Name one further down.");
      }
    }
  };
  await read(directory, 0);
  if (files.length === 0) {
    refuse(
      directory,
      `the directory holds no app file: ${LOOKED_FOR} are looked for, in the directories below it too`,
      "Check the path, or name the file.",
    );
  }
  return files;
}

const byName = ({ name: a }: Dirent, { name: b }: Dirent): number => (a < b ? -1 : 1);

const leadsToDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
