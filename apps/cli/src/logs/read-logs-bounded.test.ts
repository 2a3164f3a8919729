import type { CanLogs, LogEntry } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { followLogs } from "./read-logs.js";

const COUNT = 100;
const targets = Array.from({ length: COUNT }, (_, index) => ({ key: `app-${index}`, service: `app-${index}` }));

test("a hundred logs are followed no faster than they are written: one line of each is under way", async () => {
  const given = new Map<string, number>();
  const logs: CanLogs["logs"] = async function* (service, { signal } = {}) {
    for (;;) {
      if (signal?.aborted) return;
      given.set(service, (given.get(service) ?? 0) + 1);
      yield { service, instance: service, stream: "stdout", timestamp: "", line: "a line" } satisfies LogEntry;
    }
  };
  const stop = new AbortController();
  const takes: (() => void)[] = [];
  const reading = followLogs(
    { logs },
    targets,
    { follow: true, signal: stop.signal },
    () => new Promise<void>((take) => takes.push(take)),
  );

  const settled = async (): Promise<void> => {
    for (let round = 0; round < 50; round += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await settled();
  expect([...given.values()]).toEqual(targets.map(() => 1));
  for (const take of takes.splice(0)) take();
  await settled();
  expect([...given.values()]).toEqual(targets.map(() => 2));

  stop.abort();
  for (const take of takes.splice(0)) take();
  expect(await reading).toEqual([]);
});
