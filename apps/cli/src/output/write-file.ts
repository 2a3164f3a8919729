import { randomBytes } from "node:crypto";
import { chmod, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../errors.js";

/**
 * Writes a file. Readers see the previous or the new content, never a part of it: the
 * text is written beside the file and then renamed.
 * @param path relative to `cwd`, or absolute.
 * @param options.option the option that names it, for the message.
 * @param options.mode the permissions. Default 0644: everyone can read it.
 * @throws UsageError if it can't be written.
 */
export async function writeOutputFile(
  path: string,
  text: string,
  cwd: string,
  { option, mode = 0o644 }: { option: string; mode?: number },
): Promise<void> {
  const target = resolve(cwd, path);
  // A collector of *.prom files ignores the dot and the suffix.
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeFile(draft, text, { flag: "wx", mode });
    await chmod(draft, mode);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw notWritten(path, error, option);
  }
}

/**
 * Writes a file that does not exist yet.
 * @param path relative to `cwd`, or absolute.
 * @param options.option the option that names it, for the message.
 * @param options.exists the error if the file exists.
 * @throws UsageError if it exists, or can't be written.
 */
export async function writeNewFile(
  path: string,
  text: string,
  cwd: string,
  { option, exists }: { option: string; exists: (path: string) => UsageError },
): Promise<void> {
  try {
    await writeFile(resolve(cwd, path), text, { flag: "wx" });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? exists(path) : notWritten(path, error, option);
  }
}

function notWritten(path: string, error: unknown, option: string): UsageError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new UsageError(
    `Could not write ${path}: ${REASONS[code] ?? message}.`,
    `Pass the path of a file in an existing, writable directory: ${option} <file>.`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its directory does not exist",
  EACCES: "permission denied",
  EISDIR: "it is a directory",
  ENOTDIR: "its directory is a file",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left",
};
