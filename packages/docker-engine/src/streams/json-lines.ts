import { DeploymentError } from "@openfactory/deploy-core";
import { LineBuffer } from "./lines.js";

function parse<Item>(line: Buffer): Item[] {
  const text = line.toString("utf8").trim();
  if (text === "") return [];
  try {
    return [JSON.parse(text) as Item];
  } catch {
    throw new DeploymentError("ENGINE_ERROR", "The engine's stream holds a line that is not JSON.", {
      hint: "See whether a proxy stands before the engine.",
      cause: { message: text.slice(0, 200) },
    });
  }
}

/** One JSON object a line, however these are split. @throws DeploymentError `ENGINE_ERROR` for a line that is none. */
export async function* jsonLines<Item>(chunks: AsyncIterable<Buffer>): AsyncGenerator<Item, void, undefined> {
  const lines = new LineBuffer();
  for await (const chunk of chunks) {
    for (const line of lines.push(chunk)) yield* parse<Item>(line);
  }
  yield* parse<Item>(lines.rest() ?? Buffer.alloc(0));
}
