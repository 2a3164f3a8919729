import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { collect } from "../../test/bytes.js";
import type { LogQuery } from "../engine.js";
import type { LogFrame } from "../engine-types.js";
import { explainUnreadable, followToEnd, LAST_LINES, positionAfter, readLastLines, toEngineTime } from "./logs.js";

const fault = (cause: object): DeploymentError => new DeploymentError("ENGINE_ERROR", "x", { hint: "y", cause });

it.each([
  { statusCode: 501, message: "not implemented" },
  { message: "Error grabbing logs: configured logging driver does not support reading" },
])("explainUnreadable() is UNSUPPORTED and names the driver, for %j", (cause) => {
  expect(explainUnreadable(fault(cause), "container web", "syslog")).toMatchObject({
    code: "UNSUPPORTED",
    message: "The log of container web can't be read: its logging driver syslog does not support reading.",
    hint: expect.stringContaining("json-file"),
    cause,
  });
});

it("unreadableLog() needs no driver", () => {
  expect(explainUnreadable(fault({ statusCode: 501, message: "no" }), "service web")).toMatchObject({
    message: "The log of service web can't be read: its logging driver does not support reading.",
  });
});

it.each([
  fault({ statusCode: 500, message: "disk full" }),
  new DeploymentError("NOT_FOUND", "x", { hint: "y" }),
  new Error("z"),
])("explainUnreadable() returns other errors unchanged", (error) => {
  expect(explainUnreadable(error, "container web")).toBe(error);
});

const at = (second: number): string => `2026-01-02T03:04:0${second}.000000001Z`;
const line = (second: number): LogFrame => ({
  stream: "stdout",
  timestamp: at(second),
  line: `${second}`,
  details: {},
});

/** A log whose followed stream ends too early. */
function log(followed: LogFrame[], whole: LogFrame[] | DeploymentError) {
  const queries: [LogQuery, string | undefined][] = [];
  async function* read(query: LogQuery, since?: string): AsyncGenerator<LogFrame> {
    queries.push([query, since]);
    if (query.follow) return yield* followed;
    if (whole instanceof DeploymentError) throw whole;
    yield* whole;
  }
  return { read, queries };
}

it("followToEnd() reads the rest from where the followed stream ended", async () => {
  const { read, queries } = log([line(1), line(2)], [line(2), line(3)]);
  expect(await collect(followToEnd(read, { follow: true, tail: 5 }))).toEqual([line(1), line(2), line(3)]);
  expect(queries[1]).toEqual([{ signal: undefined }, toEngineTime(at(2))]);
});

it("followToEnd() counts the lines of the last second if timestamps are of whole seconds", async () => {
  const second = (text: string): LogFrame => ({ ...line(1), timestamp: "2026-01-02T03:04:01Z", line: text });
  const [one, two, three] = [second("one"), second("two"), second("three")];
  const before = { ...one, timestamp: "2026-01-02T03:04:00Z", line: "before" };
  const { read, queries } = log([before, one, two], [one, two, three, line(2)]);
  expect(await collect(followToEnd(read, { follow: true }))).toEqual([before, one, two, three, line(2)]);
  expect(queries[1]?.[1]).toBe(toEngineTime("2026-01-02T03:04:01Z"));
});

it("followToEnd() reads the whole log if the followed stream was empty", async () => {
  const { read, queries } = log([], [line(1)]);
  expect(await collect(followToEnd(read, { follow: true, tail: 5 }))).toEqual([line(1)]);
  expect(queries[1]).toEqual([{ follow: false, tail: 5 }, undefined]);
});

it.each(["NOT_FOUND", "CONFLICT"] as const)(
  "followToEnd() ends without an error if the container was removed (%s)",
  async (code) => {
    const { read } = log([line(1)], new DeploymentError(code, "gone"));
    expect(await collect(followToEnd(read, { follow: true }))).toEqual([line(1)]);
  },
);

it("followToEnd() throws any other error", async () => {
  const { read } = log([line(1)], new DeploymentError("TIMEOUT", "slow"));
  await expect(collect(followToEnd(read, { follow: true }))).rejects.toMatchObject({ code: "TIMEOUT" });
});

it("followToEnd() continues after a position, and ignores tail and since", async () => {
  const twin = { ...line(2), line: "2, again" };
  const { read, queries } = log([line(2), twin, line(3)], [line(3), line(4)]);
  const query = { follow: true, tail: 5, since: new Date(0), after: { timestamp: at(2), lines: 1 } };
  expect(await collect(followToEnd(read, query))).toEqual([twin, line(3), line(4)]);
  expect(queries).toEqual([
    [{ follow: true }, toEngineTime(at(2))],
    [{}, toEngineTime(at(3))],
  ]);
});

it("followToEnd() is empty if there are no lines after the position", async () => {
  const { read } = log([line(2)], [line(2)]);
  expect(await collect(followToEnd(read, { follow: true, after: { timestamp: at(2), lines: 1 } }))).toEqual([]);
});

it("positionAfter() counts the lines of a timestamp", () => {
  const first = positionAfter(undefined, line(1));
  expect(first).toEqual({ timestamp: at(1), lines: 1 });
  expect(positionAfter(first, line(1))).toEqual({ timestamp: at(1), lines: 2 });
  expect(positionAfter(first, line(2))).toEqual({ timestamp: at(2), lines: 1 });
  expect(positionAfter(first, { timestamp: "" })).toBe(first);
});

it("toEngineTime() is exact to the nanosecond", () => {
  expect(toEngineTime("1970-01-01T00:00:02.123456789Z")).toBe("2.123456789");
});

/** A log of `count` lines, which then ends or fails. */
async function* numbered(count: number, error?: Error): AsyncGenerator<LogFrame> {
  for (let index = 0; index < count; index += 1) yield { line: `line ${index}` } as LogFrame;
  if (error !== undefined) throw error;
}

it("readLastLines() returns the last lines, oldest first", async () => {
  const lines = await readLastLines(numbered(LAST_LINES + 2));
  expect(lines).toHaveLength(LAST_LINES);
  expect([lines[0], lines.at(-1)]).toEqual(["line 2", `line ${LAST_LINES + 1}`]);
});

it("readLastLines() returns only the wanted lines", async () => {
  expect(await readLastLines(numbered(12), ({ line }) => line.endsWith("1"))).toEqual(["line 1", "line 11"]);
});

it("readLastLines() returns the lines before an error of the log", async () => {
  expect(await readLastLines(numbered(2, new Error("no log")))).toEqual(["line 0", "line 1"]);
});
