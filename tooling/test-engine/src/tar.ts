/** One entry of a tar archive: a directory, a file with its content, or a symbolic link with its target. */
export interface TarEntry {
  /** Without a leading slash; at most 100 bytes. */
  readonly path: string;
  readonly mode: number;
  readonly content?: Buffer;
  readonly linkTo?: string;
}

const BLOCK = 512;

/** A tar archive (POSIX ustar) of the entries, all owned by root, with time 0. Equal entries result in equal bytes. */
export function tar(entries: TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [header(entry), padded(entry.content ?? Buffer.alloc(0))]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, "0");
  block.write(entry.path, 0);
  block.write(octal(entry.mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(entry.content?.length ?? 0, 12), 124);
  block.write(octal(0, 12), 136);
  // For the checksum, its own field counts as spaces.
  block.fill(" ", 148, 156);
  block.write(typeFlag(entry), 156);
  block.write(entry.linkTo ?? "", 157);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 7)}\0 `, 148);
  return block;
}

function typeFlag(entry: TarEntry): string {
  if (entry.linkTo !== undefined) return "2";
  return entry.content ? "0" : "5";
}

const padded = (content: Buffer) => Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
