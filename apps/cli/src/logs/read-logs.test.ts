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

test("what is there is written in the order of time; what isn't there is named", async () => {
  const lines: string[] = [];
  const missing = await readLogs(strategy, targets, {}, async ({ key }, { line }) => void lines.push(`${key} ${line}`));
  expect(lines).toEqual(["AA aa1", "BB bb2", "BB bb3", "AA aa4"]);
  expect(missing.map(({ key }) => key)).toEqual(["GONE"]);
});

test("followed, each app's lines keep their order", async () => {
  const lines: string[] = [];
  const missing = await followLogs(strategy, targets, {}, async (_, { line }) => void lines.push(line));
  expect(lines.filter((line) => line.startsWith("aa"))).toEqual(["aa1", "aa4"]);
  expect(lines).toHaveLength(4);
  expect(missing.map(({ key }) => key)).toEqual(["GONE"]);
});
