import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { SourceTree } from "../yaml/source-tree.js";
import { isMissing, readBytes } from "./read-file.js";

/** A path with a drive's letter is one of the engine's host, whatever this machine makes of it. */
export const isWindowsPath = (path: string): boolean => /^[a-zA-Z]:[\\/]/.test(path);

/** A path that a file names, as in Compose: a relative one counts from the file's folder, `~` is the home directory. */
export function pathFrom(written: string, file: string): string {
  const path = written.replace(/^~(?=\/|$)/, () => homedir());
  return isAbsolute(path) || isWindowsPath(path) ? path : join(dirname(file), path);
}

/** The paths of all files that an app file names: env files, and the files of secrets and configs. */
export function namedFiles(tree: SourceTree): string[] {
  const { apps, secrets, configs } = mapping(tree.root.value);
  const written = [
    ...Object.values(mapping(apps)).flatMap((app) => paths(mapping(app)["env_file"])),
    ...[secrets, configs].flatMap((declared) =>
      Object.values(mapping(declared)).flatMap((each) => paths(mapping(each)["file"])),
    ),
  ];
  return written.map((path) => pathFrom(path, tree.source.file));
}

/** Nothing is validated yet: whatever is no mapping has no keys. */
const mapping = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** A path, a list of paths, or `{path}`. */
function paths(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(paths);
  return paths(mapping(value)["path"] ?? []);
}

/** What a file holds, or why it can't be read. */
type FileContent = { readonly bytes: Buffer } | { readonly problem: string; readonly hint: string };

/** The files that an app file names, by their paths as `pathFrom` makes them. What is not here does not exist. */
export type Files = ReadonlyMap<string, FileContent>;

/** Said of a file that does not exist. */
export const NO_SUCH_FILE = {
  problem: "there is no such file",
  hint: "Check the path; a relative one counts from the folder of the app file.",
};

/** Reads files, each once, up to 1 MiB. */
export async function readFiles(paths: readonly string[]): Promise<Files> {
  const files = new Map<string, FileContent>();
  for (const path of new Set(paths)) {
    const content = await readContent(path);
    if (content !== undefined) files.set(path, content);
  }
  return files;
}

async function readContent(path: string): Promise<FileContent | undefined> {
  try {
    return { bytes: await readBytes(path) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    const [issue] = DeploymentError.isInstance(error) ? error.issues : [];
    if (issue === undefined) throw error;
    return { problem: issue.message, hint: issue.hint ?? "Check the path." };
  }
}
