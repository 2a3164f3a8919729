import { type CanLogs, DeploymentError, type LogEntry } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { followLogs, readLogs } from "./read-logs.js";

const entry = (service: string, second: number): LogEntry => ({
  service,
  instance: service,
  stream: "stdout",
  timestamp: `2026-01-01T00:00:0${second}.000000000Z`,
  line: `${service}${second}`,
});

const strategy: CanLogs = {
  async *logs(service) {
    if (service === "gone") throw new DeploymentError("NOT_FOUND", "There is no gone.");
    yield* service === "aa" ? [entry("aa", 1), entry("aa", 4)] : [entry("bb", 2), entry("bb", 3)];
  },
};
const targets = ["bb", "aa", "gone"].map((service) => ({ key: service.toUpperCase(), service }));

test("readLogs() writes lines in the order of their timestamps, and returns the apps that are not deployed", async () => {
  const lines: string[] = [];
  const missing = await readLogs(strategy, targets, {}, async ({ key }, { line }) => void lines.push(`${key} ${line}`));
  expect(lines).toEqual(["AA aa1", "BB bb2", "BB bb3", "AA aa4"]);
  expect(missing.map(({ key }) => key)).toEqual(["GONE"]);
});

test("followLogs() keeps the order of the lines of each app", async () => {
  const lines: string[] = [];
  const missing = await followLogs(strategy, targets, {}, async (_, { line }) => void lines.push(line));
  expect(lines.filter((line) => line.startsWith("aa"))).toEqual(["aa1", "aa4"]);
  expect(lines).toHaveLength(4);
  expect(missing.map(({ key }) => key)).toEqual(["GONE"]);
});

const COUNT = 100;
const hundred = Array.from({ length: COUNT }, (_, index) => ({ key: `app-${index}`, service: `app-${index}` }));

test("followLogs() reads the next line of a hundred logs only when the last one is written", async () => {
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
    hundred,
    { follow: true, signal: stop.signal },
    () => new Promise<void>((take) => takes.push(take)),
  );

  const settled = async (): Promise<void> => {
    for (let round = 0; round < 50; round += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await settled();
  expect([...given.values()]).toEqual(hundred.map(() => 1));
  for (const take of takes.splice(0)) take();
  await settled();
  expect([...given.values()]).toEqual(hundred.map(() => 2));

  stop.abort();
  for (const take of takes.splice(0)) take();
  expect(await reading).toEqual([]);
});
