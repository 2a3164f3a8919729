import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Findings } from "../report/findings.js";
import { appFilesIn } from "./app-files-in.js";

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
