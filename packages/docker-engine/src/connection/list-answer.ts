import type { IncomingMessage } from "node:http";
import { anyList, checkShape, type Shape } from "../answers/shape.js";
import type { CallOptions } from "../engine.js";
import type { Client } from "./client.js";
import { checkLength, closedWithin, type DialRequest, dialStream } from "./dockerode.js";
import { ListSplitter } from "./list-splitter.js";

/** Up to this length, in bytes, an answer is parsed as a whole, which takes less time. */
const SHORT = 1024 ** 2;

/**
 * Lists objects of a swarm, and passes each to `read` while the others arrive. Not by dockerode, which reads the whole answer first.
 * @param list.shape of one object.
 * @throws as every call.
 */
export async function listElements<Element, Result>(
  client: Client,
  { action, request, shape }: { action: string; request: DialRequest; shape: Shape<Element> },
  read: (element: Element) => Result | Promise<Result>,
  options?: CallOptions,
): Promise<Result[]> {
  const results = await client.json(
    { action, swarm: true, read: true },
    anyList,
    async (docker, signal) =>
      readList(await dialStream(docker, request, signal), (element, index) =>
        read(checkShape(element, shape, action, index)),
      ),
    options,
  );
  return results as Result[];
}

/** What {@link readList} returns for a long answer that is no JSON list: as `readAnswer`, bytes. */
const NOT_A_LIST = Buffer.alloc(0);

/**
 * Reads an answer that is a JSON list, and passes each element to `read`; of a long answer, while the rest arrives. Otherwise the
 * bytes, the text and the data of thousands of elements would be in memory together.
 * @returns the results of `read`, in order; any other answer as data, or as bytes if it is not JSON; undefined if it is empty.
 * @throws DeploymentError `ENGINE_ERROR` if it is too long; the connection's error; what `read` throws.
 */
export async function readList<Result>(
  response: IncomingMessage,
  read: (element: unknown, index: number) => Result | Promise<Result>,
): Promise<unknown> {
  const results: Result[] = [];
  const add = async (elements: Iterable<unknown>): Promise<void> => {
    for (const element of elements) {
      const result = read(element, results.length);
      results.push(result instanceof Promise ? await result : result);
    }
  };
  /** The chunks of an answer that is short so far. */
  let begin: Buffer[] = [];
  let length = 0;
  let splitter: ListSplitter | undefined;
  for await (const chunk of chunksOf(response)) {
    length += chunk.length;
    begin.push(chunk);
    if (length <= SHORT) continue;
    splitter ??= new ListSplitter();
    for (const part of begin) {
      const elements = splitter.push(part).map(parse);
      if (elements.includes(undefined)) return NOT_A_LIST;
      await add(elements);
    }
    begin = [];
  }
  if (splitter !== undefined) return splitter.isComplete ? results : NOT_A_LIST;
  const bytes = Buffer.concat(begin);
  if (bytes.length === 0) return undefined;
  const answer = parse(bytes.toString("utf8"));
  if (!Array.isArray(answer)) return answer ?? bytes;
  await add(answer);
  return results;
}

/** The chunks up to the limit of an answer. Ends with an error if the connection closes before the end. */
async function* chunksOf(response: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  let length = 0;
  try {
    checkLength(Number(response.headers["content-length"] ?? 0));
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      checkLength(length);
      yield chunk;
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE" ? closedWithin() : error;
  }
}

/** Undefined for a text that is not JSON. JSON has no undefined. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
