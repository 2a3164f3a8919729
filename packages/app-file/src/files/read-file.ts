import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DeploymentError, whileWaiting } from "@openfactory/deploy-core";
import { unreadableFile } from "../findings.js";
import { MAX_BYTES } from "../limits.js";

/** How long a pipe or device may stay silent, in milliseconds. */
const MAX_SILENCE_MS = 10_000;

type Kind = "file" | "directory";

/** Errors of the system by code: message and hint. */
const SYSTEM_ERRORS: Readonly<Record<string, (kind: Kind) => [message: string, hint: string]>> = {
  ENOENT: () => ["no such file", "Check the path."],
  EACCES: (kind) => [`no permission to read the ${kind}`, "Check the permissions."],
  EPERM: (kind) => [`no permission to read the ${kind}`, "Check the permissions."],
  EISDIR: () => ["the path is a directory, not a file", "Use the path of a file."],
  ENOTDIR: () => ["a part of the path is not a directory", "Check the path."],
  ELOOP: () => ["the symbolic links form a loop", "Use the path of the file itself."],
  ENAMETOOLONG: () => ["the path is too long", "Check the path."],
};

const start = (file: string) => ({ file, line: 1, column: 1 });

const tooLarge = (file: string) =>
  unreadableFile(start(file), "the file is larger than 1 MiB", "Check the path, or split the file.");

/** The text of a UTF-8 file. @throws DeploymentError `INVALID_FILE`, as {@link readBytes}. */
export const readTextFile = async (file: string): Promise<string> => decodeText(await readBytes(file), file);

/**
 * The content of a file. A file larger than {@link MAX_BYTES} is refused before it is read.
 * @param maxSilenceMs how long to wait for a pipe or device that has no data. Default: 10 s.
 * @throws DeploymentError `INVALID_FILE`, with the system's error as cause if the file can't be read.
 */
export async function readBytes(file: string, maxSilenceMs = MAX_SILENCE_MS): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe waits for its writer, and nothing can end that wait.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const before = await handle.stat();
    if (before.size > MAX_BYTES) throw tooLarge(file);
    if (!before.isFile()) {
      const wait = { subject: `the pipe or device ${file}`, action: "send its content", level: "call" } as const;
      const pipe = handle;
      return await whileWaiting(wait, () => readPipe(pipe, file, maxSilenceMs));
    }
    const content = await readUpTo(handle, file);
    if (hasChanged(before, await handle.stat())) {
      throw unreadableFile(start(file), "the file was changed while it was read", "Run the command again.");
    }
    return content;
  } catch (error) {
    throw unreadableFile(start(file), ...describeSystemError(error, "file"), error);
  } finally {
    await handle?.close();
  }
}

const hasChanged = (before: Stats, after: Stats): boolean =>
  before.size !== after.size || before.mtimeMs !== after.mtimeMs;

/** The text of a stream, such as standard input. @throws DeploymentError `INVALID_FILE`, as {@link readBytes}. */
export function readStream(stream: AsyncIterable<Uint8Array | string>, name: string): Promise<string> {
  // On a terminal, the user types the text.
  const wait = { subject: "standard input", action: "end", level: "call", mayPrompt: true } as const;
  return whileWaiting(wait, () => readToEnd(stream, name));
}

async function readToEnd(stream: AsyncIterable<Uint8Array | string>, name: string): Promise<string> {
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

/** Message and hint for a file or directory that can't be read. @throws the error itself, unless it comes from the system. */
export function describeSystemError(error: unknown, kind: Kind): [message: string, hint: string] {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined || DeploymentError.isInstance(error)) throw error;
  return SYSTEM_ERRORS[code]?.(kind) ?? [`can't read the ${kind} (${code})`, "Check the path and the disk."];
}

/** Whether the error means that the file does not exist. */
export const isNotFound = (error: unknown): boolean =>
  DeploymentError.isInstance(error) && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";

async function readUpTo(handle: FileHandle, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (let chunk = await readChunk(handle); chunk.length > 0; chunk = await readChunk(handle)) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge(file);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readChunk(handle: FileHandle): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024));
  return buffer.subarray(0, bytesRead);
}

/** How long to wait before a pipe without data is read again, in milliseconds. */
const POLL_MS = 20;

/**
 * The content of a pipe or device, such as `<(command)` of a shell. Its size is not known in advance, and its writer may
 * open it later than this reader, which then sees an end without data.
 */
async function readPipe(handle: FileHandle, file: string, maxSilenceMs: number): Promise<Buffer> {
  const isPipe = (await handle.stat()).isFIFO();
  const chunks: Buffer[] = [];
  let size = 0;
  for (let silence = 0; silence <= maxSilenceMs;) {
    const chunk = await readChunk(handle).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EAGAIN") return undefined;
      throw error;
    });
    if (chunk !== undefined && chunk.length > 0) {
      size += chunk.length;
      if (size > MAX_BYTES) throw tooLarge(file);
      chunks.push(chunk);
      silence = 0;
      continue;
    }
    if (chunk !== undefined && (chunks.length > 0 || !isPipe)) return Buffer.concat(chunks);
    await sleep(POLL_MS);
    silence += POLL_MS;
  }
  throw unreadableFile(
    start(file),
    `the pipe or device sent no data for ${maxSilenceMs / 1000} s`,
    "Check the program that writes to it.",
  );
}

/** @throws DeploymentError `INVALID_FILE` for bytes that are not UTF-8, at the first of them. */
export function decodeText(bytes: Buffer, file: string): string {
  const text = bytes.toString("utf8");
  const back = Buffer.from(text, "utf8");
  if (back.equals(bytes)) return text;
  const offset = bytes.findIndex((byte, index) => byte !== back[index]);
  const before = bytes.subarray(0, offset).toString("utf8");
  const lineStart = before.lastIndexOf("\n") + 1;
  throw unreadableFile(
    { file, line: before.split("\n").length, column: before.length - lineStart + 1 },
    "the file is not UTF-8 text",
    "Save the file as UTF-8, or check the path.",
  );
}
