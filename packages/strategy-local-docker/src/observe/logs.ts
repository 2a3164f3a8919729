import type { LogEntry, LogsOptions } from "@openfactory/deploy-core";
import { type ContainerDetails, type DockerEngine, LAST_LINES, readLastLines } from "@openfactory/docker-engine";

/** The log lines of a service's containers. Lines of several containers are merged as they arrive. */
export function logLines(
  engine: DockerEngine,
  service: string,
  containers: readonly ContainerDetails[],
  { tail, since, signal }: LogsOptions,
): AsyncIterable<LogEntry> {
  return merge(
    containers.map(async function* (source): AsyncGenerator<LogEntry> {
      const { Id, Name } = source;
      for await (const { stream, timestamp, line } of engine.containers.logs(Id, { tail, since, signal, source })) {
        yield { service, instance: Name.slice(1), stream, timestamp, line };
      }
    }),
  );
}

/** How long an engine may take to send the last lines for an error, in milliseconds. A busy one takes more than 5 s. */
const LAST_LINES_TIMEOUT_MS = 20_000;

/**
 * The last log lines of a container, oldest first, for an error. Empty if the log can't be read.
 * @param source saves a call.
 */
export const lastLogLines = (
  engine: DockerEngine,
  id: string,
  source: ContainerDetails | undefined,
): Promise<string[]> =>
  readLastLines(engine.containers.logs(id, { tail: LAST_LINES, timeoutMs: LAST_LINES_TIMEOUT_MS, source }));

/** Merges sequences: each item as soon as it arrives. Ends after the last of them; the first error ends all. */
export async function* merge<Item>(sources: readonly AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  const next = async (source: AsyncGenerator<Item>) => ({ source, result: await source.next() });
  const waiting = new Map(sources.map((source) => [source, next(source)]));
  try {
    while (waiting.size > 0) {
      const { source, result } = await Promise.race(waiting.values());
      if (result.done) {
        waiting.delete(source);
      } else {
        yield result.value;
        waiting.set(source, next(source));
      }
    }
  } finally {
    for (const pending of waiting.values()) pending.catch(() => undefined);
    await Promise.allSettled([...waiting.keys()].map((source) => source.return(undefined)));
  }
}
