import type { Io } from "../io.js";

/** Standard input that can be read again from its beginning. */
export function replayStdin(stdin: Io["stdin"]): Io["stdin"] {
  const read: (Uint8Array | string)[] = [];
  let source: AsyncIterator<Uint8Array | string> | undefined;
  return {
    async *[Symbol.asyncIterator]() {
      source ??= stdin[Symbol.asyncIterator]();
      for (let index = 0; ; index += 1) {
        if (index === read.length) {
          const { value, done } = await source.next();
          if (done) return;
          read.push(value);
        }
        yield read[index] as Uint8Array | string;
      }
    },
  };
}
