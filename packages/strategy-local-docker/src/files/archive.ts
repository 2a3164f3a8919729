import { DeploymentError } from "@openfactory/deploy-core";

/** One file, or an empty directory without `content`. */
export interface ArchivedFile {
  /** Without a leading slash; at most 100 characters of ASCII. */
  path: string;
  uid?: number;
  gid?: number;
  mode: number;
  content?: Uint8Array;
}

const BLOCK = 512;
/** Positions and lengths of a header's fields (POSIX, ustar). */
const FIELDS = { path: 0, mode: 100, uid: 108, gid: 116, size: 124, time: 136, checksum: 148, type: 156, magic: 257 };
const SIZE_DIGITS = 11;

/** A tar archive (POSIX ustar) of one file, with time 0. */
export function archiveOf({ path, uid = 0, gid = 0, mode, content }: ArchivedFile): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path, FIELDS.path);
  header.write(octal(mode, 7), FIELDS.mode);
  writeId(header, FIELDS.uid, uid);
  writeId(header, FIELDS.gid, gid);
  header.write(octal(content?.length ?? 0, SIZE_DIGITS), FIELDS.size);
  header.write(octal(0, SIZE_DIGITS), FIELDS.time);
  header.write(content === undefined ? "5" : "0", FIELDS.type);
  header.write("ustar\u000000", FIELDS.magic);
  // For the sum, its own field counts as spaces.
  header.fill(" ", FIELDS.checksum, FIELDS.type);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    FIELDS.checksum,
  );
  const data = content ?? new Uint8Array();
  const padding = Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, data, padding, Buffer.alloc(2 * BLOCK)]);
}

/** The content of the first file of a tar archive. @throws DeploymentError `ENGINE_ERROR`. */
export function contentOf(archive: Buffer): Buffer {
  let position = 0;
  while (position + BLOCK <= archive.length) {
    const size = Number.parseInt(archive.toString("latin1", position + FIELDS.size, position + FIELDS.time), 8) || 0;
    const start = position + BLOCK;
    const type = archive.toString("latin1", position + FIELDS.type, position + FIELDS.type + 1);
    if ((type === "0" || type === "\0") && archive[position] !== 0) return archive.subarray(start, start + size);
    position = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new DeploymentError("ENGINE_ERROR", "The engine's archive contains no file.", {
    hint: "Remove the secret or config, and create it again.",
  });
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

const MAX_OCTAL_ID = 8 ** 7 - 1;

/** Ids above 7 octal digits are in base 256, as GNU tar writes them. */
function writeId(header: Buffer, position: number, id: number): void {
  if (id <= MAX_OCTAL_ID) {
    header.write(octal(id, 7), position);
  } else {
    header[position] = 0x80;
    header.writeUInt32BE(id, position + 4);
  }
}
