import type { IncomingMessage } from "node:http";

/** The whole body as text. Rejects with the system's error when the connection breaks before its end. */
export async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
