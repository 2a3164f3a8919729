import { dirname, isAbsolute, join } from "node:path";
import { DeploymentError, homeDirectory } from "@openfactory/deploy-core";
import type { Lookup } from "../interpolation/interpolate.js";
import { MAX_REFERENCED_BYTES } from "../limits.js";
import type { SourceTree } from "../yaml/source-tree.js";
import { isNotFound, readBytes } from "./read-file.js";

/** A path with a drive letter is a path of the engine's host, also if this machine runs another system. */
export const isWindowsPath = (path: string): boolean => /^[a-zA-Z]:[\\/]/.test(path);

/**
 * Resolves a path in a file, as Compose does: relative to the file's directory, with `~` for the home directory.
 * @param variable of the environment, which names the home directory.
 */
export function resolvePath(written: string, file: string, variable: Lookup): string {
  const path = written.replace(/^~(?=\/|$)/, () =>
    homeDirectory({ HOME: variable("HOME"), USERPROFILE: variable("USERPROFILE") }),
  );
  return isAbsolute(path) || isWindowsPath(path) ? path : join(dirname(file), path);
}

/** Paths of all files that an app file references: env files, and the files of secrets and configs. */
export function referencedPaths(tree: SourceTree, variable: Lookup): string[] {
  const { secrets, configs } = mapping(tree.root.value);
  const written = [
    ...envFilePaths(tree),
    ...[secrets, configs].flatMap((declared) =>
      Object.values(mapping(declared)).flatMap((each) => pathsIn(mapping(each)["file"])),
    ),
  ];
  return written.map((path) => resolvePath(path, tree.source.file, variable));
}

/** Reads apps only if some text in the file can be the key. */
const envFilePaths = (tree: SourceTree): string[] =>
  /env_file|\\/.test(tree.source.text)
    ? [...(tree.find(["apps"])?.children?.values() ?? [])].flatMap(({ value }) => pathsIn(mapping(value)["env_file"]))
    : [];

/** The file is not validated yet, so a value that is not a mapping counts as empty. */
const mapping = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Paths in a value: a path, a list of paths, or `{path}`. */
function pathsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(pathsIn);
  return pathsIn(mapping(value)["path"] ?? []);
}

/** The content of a file, or why it can't be read. */
type FileContent = { readonly bytes: Buffer } | { readonly problem: string; readonly hint: string };

/** The files that an app file references, by resolved path. A file that is not in the map does not exist. */
export type Files = ReadonlyMap<string, FileContent>;

/** Problem and hint for a file that does not exist. */
export const FILE_NOT_FOUND = {
  problem: "no such file",
  hint: "Check the path. Relative paths start at the directory of the app file.",
};

const TOO_MANY = {
  problem: `the files that the project refers to are larger than ${MAX_REFERENCED_BYTES / 1024 / 1024} MiB in total`,
  hint: "Split the project.",
};

/** Reads files, each once, up to 1 MiB each and 64 MiB in total. */
export async function readFiles(pathsIn: readonly string[]): Promise<Files> {
  const files = new Map<string, FileContent>();
  let size = 0;
  for (const path of new Set(pathsIn)) {
    const content = size > MAX_REFERENCED_BYTES ? TOO_MANY : await readContent(path);
    if (content === undefined) continue;
    files.set(path, content);
    if ("bytes" in content) size += content.bytes.length;
  }
  return files;
}

async function readContent(path: string): Promise<FileContent | undefined> {
  try {
    return { bytes: await readBytes(path) };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    const [issue] = DeploymentError.isInstance(error) ? error.issues : [];
    if (issue === undefined) throw error;
    return { problem: issue.message, hint: issue.hint ?? "Check the path." };
  }
}
