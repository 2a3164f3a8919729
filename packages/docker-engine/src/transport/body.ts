import type { IncomingMessage } from "node:http";

/**
 * The whole body as text, decoded as it comes: the listing of a large swarm is megabytes, which are held once only.
 * Rejects with the system's error when the connection breaks before its end.
 */
export function readBody(response: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  // By its events: an iterator over it takes as long as all else that becomes of a short answer.
  response
    .setEncoding("utf8")
    .on("data", (piece: string) => (text += piece))
    .once("end", () => resolve(text))
    .once("error", reject)
    .once("close", () => reject(Object.assign(new Error("The answer broke off."), { code: "ECONNRESET" })));
  return promise;
}
