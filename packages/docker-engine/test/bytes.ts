/** A stream of the bytes in chunks of this length. */
export async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

/** A frame of the multiplexed stream: 1 is stdout, 2 stderr, 3 the engine itself. */
export function frame(stream: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload as string);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The first item. Stops reading after it. */
export async function first<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
}

/** Calls this for each item. */
export async function forEach<Item>(items: AsyncIterable<Item>, call: (item: Item) => void): Promise<void> {
  for await (const item of items) call(item);
}
