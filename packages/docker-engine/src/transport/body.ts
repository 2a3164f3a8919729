import type { IncomingMessage } from "node:http";

/**
 * The whole body as text, decoded as it comes: the listing of a large swarm is megabytes, which are held once only.
 * Rejects with the system's error when the connection breaks before its end.
 */
export async function readBody(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const piece of response as AsyncIterable<string>) text += piece;
  return text;
}
