import { DeploymentError } from "@openfactory/deploy-core";
import { isMissing, readBytes } from "../source/read-text.js";

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
