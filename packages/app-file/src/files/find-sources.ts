import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Findings } from "../findings.js";
import { describeSystemError } from "./read-file.js";

/** Denotes standard input in a list of files. */
const STDIN = "-";

/** Maximum number of files in a project. */
const MAX_FILES = 1000;

/** Maximum depth and number of directories that are searched. */
const MAX_LEVELS = 20;

const MAX_DIRECTORIES = 10_000;

/** The names of app files in a directory. */
const APP_FILE = /^(?:app_.*|dev_.*|openfactory)\.ya?ml$/;

const FILE_NAMES = "app_*.yml, dev_*.yml and openfactory.yml (or .yaml)";

/** A file of a project. */
export interface FoundFile {
  /** Path for reading and for messages; `<stdin>` for standard input. */
  path: string;
  /** Path relative to the project directory, with `/` as separator; `-` for standard input. */
  file: string;
  isStdin: boolean;
}

export interface FoundFiles {
  /** Absolute path of the project directory. */
  directory: string;
  /** In the given order; the files of a directory sorted by path. Each file once. */
  files: FoundFile[];
}

/**
 * Finds the files of a project in a list of files, directories, and `-` for standard input. The project directory is the
 * first source if it is a directory, else the directory of the first file; for standard input, the working directory.
 * Missing files are findings.
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
    findings.abort(location, `the project has more than ${MAX_FILES} files`, "Pass a more specific directory.");
  }
  // The last part of the path is not resolved, since the project name comes from it: a link to the current release keeps
  // its name when the target changes.
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
    // Reading the file reports the error.
    () => false,
  );
  if (!isDirectory) return { directory: resolve(dirname(path)), paths: [path], problems };
  return { directory: resolve(path), paths: await appFilesIn(path, problems), problems };
}

const realDirectory = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

/** Directories that are not searched. */
const isSkipped = (name: string): boolean => name.startsWith(".") || name === "node_modules";

/**
 * The app files in a directory and below it, sorted by path. Hidden directories and `node_modules` are skipped. A directory
 * that is reached twice through symbolic links is read once. A directory without app files is a finding.
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
      refuse(path, ...describeSystemError(error, "directory"));
      return;
    }
    if (seen.size > MAX_DIRECTORIES) {
      if (seen.size === MAX_DIRECTORIES + 1) {
        refuse(
          directory,
          `the directory contains more than ${MAX_DIRECTORIES} directories`,
          "Pass a more specific directory.",
        );
      }
      return;
    }
    for (const entry of entries.sort(byName)) {
      const inside = join(path, entry.name);
      const isDirectory = entry.isDirectory() || (entry.isSymbolicLink() && (await isLinkToDirectory(inside)));
      if (!isDirectory) {
        if (APP_FILE.test(entry.name)) files.push(inside);
      } else if (!isSkipped(entry.name)) {
        if (level < MAX_LEVELS) await read(inside, level + 1);
        else
          refuse(
            inside,
            `the directory is nested more than ${MAX_LEVELS} levels deep`,
            "Pass a more specific directory.",
          );
      }
    }
  };
  await read(directory, 0);
  if (files.length === 0) {
    refuse(
      directory,
      `no app file found in the directory or below it: expected ${FILE_NAMES}`,
      "Check the path, or pass the path of a file.",
    );
  }
  return files;
}

const byName = ({ name: a }: Dirent, { name: b }: Dirent): number => (a < b ? -1 : 1);

const isLinkToDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
