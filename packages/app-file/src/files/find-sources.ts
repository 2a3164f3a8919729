import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Findings } from "../findings.js";
import { systemReason } from "./read-file.js";

/** Stands for standard input among the files that are named. */
const STDIN = "-";

/** The most files that one project may have. */
const MAX_FILES = 1000;

/** A file of a project. */
export interface FoundFile {
  /** As it is named in messages and read; `<stdin>` for standard input. */
  path: string;
  /** Its path relative to the project directory, with `/` between its parts; `-` for standard input. */
  file: string;
  isStdin: boolean;
}

export interface FoundFiles {
  /** Absolute path of the project directory. */
  directory: string;
  /** In the order in which they were named, those of a directory by their paths; each once. */
  files: FoundFile[];
}

/**
 * The files of a project: files, directories, and `-` for standard input. The project directory is the first that is
 * named, or the directory that the first is in; of standard input it is the working directory. What can't be found is
 * among the findings.
 * @throws DeploymentError `INVALID_FILE` for more than {@link MAX_FILES} files.
 */
export async function findSources(named: readonly string[], cwd: string, findings: Findings): Promise<FoundFiles> {
  const listed = await Promise.all(named.map((path) => listSource(path, cwd)));
  const base = listed[0]?.directory ?? cwd;
  const realBase = await realDirectory(base);
  const files = new Map<string, FoundFile>();
  for (const { paths, problems } of listed) {
    findings.merge(problems);
    for (const path of paths) {
      if (path === STDIN) {
        files.set(STDIN, { path: "<stdin>", file: STDIN, isStdin: true });
        continue;
      }
      const real = join(await realDirectory(dirname(path)), basename(path));
      const identity = await realpath(path).catch(() => real);
      if (files.has(identity)) continue;
      files.set(identity, { path, file: relative(realBase, real).split(sep).join("/"), isStdin: false });
    }
  }
  const found = [...files.values()];
  if (found.length > MAX_FILES) {
    const location = { file: found[MAX_FILES]?.path ?? "", line: 1, column: 1 };
    findings.abort(location, `the project has more than ${MAX_FILES} files`, "Name a directory further down.");
  }
  // The directory keeps the name under which it was given, from which the project has its own: a link to the current
  // release is one directory, whichever release it leads to.
  return { directory: join(await realDirectory(dirname(base)), basename(base)), files: found };
}

interface Listed {
  directory: string;
  paths: string[];
  problems: Findings;
}

async function listSource(path: string, cwd: string): Promise<Listed> {
  const problems = new Findings();
  if (path === STDIN) return { directory: cwd, paths: [STDIN], problems };
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    // Reading it will tell.
    () => false,
  );
  if (!isDirectory) return { directory: resolve(dirname(path)), paths: [path], problems };
  return { directory: resolve(path), paths: await appFilesIn(path, problems), problems };
}

const realDirectory = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

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
async function appFilesIn(directory: string, findings: Findings): Promise<string[]> {
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
