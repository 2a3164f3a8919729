import { type FileHandle, open } from "node:fs/promises";
import { DeploymentError } from "@openfactory/deploy-core";
import { unreadable } from "../findings.js";

/** The largest file that is read, in bytes: 1 MiB. */
export const MAX_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, [message: string, hint: string]>> = {
  ENOENT: ["there is no such file", "Check the path, or name another file."],
  EACCES: ["the file may not be read by this user", "Check its permissions."],
  EPERM: ["the file may not be read by this user", "Check its permissions."],
  EISDIR: ["it is a directory, not a file", "Name a file."],
  ENOTDIR: ["a part of the path is not a directory", "Check the path."],
  ELOOP: ["its symbolic links go round in a circle", "Name the file itself."],
  ENAMETOOLONG: ["the path is too long", "Check the path."],
};

const start = (file: string) => ({ file, line: 1, column: 1 });

const tooLarge = (file: string) =>
  unreadable(start(file), "the file is larger than 1 MiB", "Check the path, or split the file.");

/** The text of a UTF-8 file. @throws DeploymentError `INVALID_FILE`, as {@link readBytes}. */
export const readTextFile = async (file: string): Promise<string> => decodeText(await readBytes(file), file);

/**
 * What is in a file. A larger one than {@link MAX_BYTES} is refused before it is read.
 * @throws DeploymentError `INVALID_FILE`; with the system's error as cause where it can't be read.
 */
export async function readBytes(file: string): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    if ((await handle.stat()).size > MAX_BYTES) throw tooLarge(file);
    return await readUpTo(handle, file);
  } catch (error) {
    throw unreadable(start(file), ...systemReason(error, "file"), error);
  } finally {
    await handle?.close();
  }
}

/** The text of a stream, such as standard input. @throws DeploymentError `INVALID_FILE`, as {@link readBytes}. */
export async function readStream(stream: AsyncIterable<Uint8Array | string>, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MAX_BYTES) throw tooLarge(name);
    chunks.push(bytes);
  }
  return decodeText(Buffer.concat(chunks), name);
}

/** Why the system did not let a file or a directory be read, and what to do. @throws whatever is no error of the system. */
export function systemReason(error: unknown, what: "file" | "directory"): [message: string, hint: string] {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined || DeploymentError.isInstance(error)) throw error;
  const [message, hint] = REASONS[code] ?? [`the ${what} can't be read (${code})`, "Check the path and the disk."];
  return [message.replace("the file", `the ${what}`), hint];
}

/** Whether a file could not be read since there is none. */
export const isMissing = (error: unknown): boolean =>
  DeploymentError.isInstance(error) && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";

/** A pipe or a device has no size to ask for: reading ends with the first byte too many. */
async function readUpTo(handle: FileHandle, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024));
    if (bytesRead === 0) return Buffer.concat(chunks);
    size += bytesRead;
    if (size > MAX_BYTES) throw tooLarge(file);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

/** @throws DeploymentError `INVALID_FILE` for bytes that are not UTF-8, at the first of them. */
export function decodeText(bytes: Buffer, file: string): string {
  const text = bytes.toString("utf8");
  const back = Buffer.from(text, "utf8");
  if (back.equals(bytes)) return text;
  const offset = bytes.findIndex((byte, index) => byte !== back[index]);
  const before = bytes.subarray(0, offset).toString("utf8");
  const lineStart = before.lastIndexOf("\n") + 1;
  throw unreadable(
    { file, line: before.split("\n").length, column: before.length - lineStart + 1 },
    "the file is not UTF-8 text",
    "Save it as UTF-8; is it the right file?",
  );
}
