import { expect, test } from "vitest";
import { collectOption, collectReplicas, parseCount, parseDuration, parseLines, parseSince } from "./parse-values.js";

test.each([
  ["90", 90_000],
  ["1.5", 1_500],
  ["90s", 90_000],
  ["2m", 120_000],
  ["1m30s", 90_000],
  ["500ms", 500],
  ["1h", 3_600_000],
])("parseDuration(%j) returns %d", (text, expected) => expect(parseDuration(text)).toBe(expected));

test.each(["", "soon", "-1", "1x", "1m30", "0", "0s", "1 m", "30d", "999999h", "1e9"])(
  "parseDuration(%j) throws",
  (text) => {
    expect(() => parseDuration(text)).toThrow(/Expected/);
  },
);

test("parseCount(), parseLines() and collectOption() parse valid values and throw for others", () => {
  expect(parseCount("4")).toBe(4);
  for (const text of ["0", "-1", "1.5", "many", "100000"]) expect(() => parseCount(text)).toThrow(/Expected/);
  expect([parseLines("0"), parseLines("12"), parseLines("all")]).toEqual([0, 12, undefined]);
  expect(() => parseLines("few")).toThrow(/Expected/);
  expect(collectOption("b=x=y", { a: "1" })).toEqual({ a: "1", b: "x=y" });
  expect(() => collectOption("=x")).toThrow(/key=value/);
});

test("parseSince() accepts an ISO date or a duration before now", () => {
  expect(parseSince("2026-01-02T03:04:05Z").toISOString()).toBe("2026-01-02T03:04:05.000Z");
  expect(Math.abs(Date.now() - 600_000 - parseSince("10m").getTime())).toBeLessThan(60_000);
  expect(() => parseSince("yesterday")).toThrow(/Expected/);
});

test("collectReplicas() adds app=replicas, and throws for other forms and for an app given twice", () => {
  expect(collectReplicas("a=b=3", collectReplicas("web=0"))).toEqual({ web: 0, "a=b": 3 });
  for (const text of ["web", "=3", "web=", "web=-1", "web=1.5", "web=10000000", "web=two"]) {
    expect(() => collectReplicas(text)).toThrow(/app=replicas/);
  }
  expect(() => collectReplicas("web=2", { web: 1 })).toThrow(/twice/);
});
