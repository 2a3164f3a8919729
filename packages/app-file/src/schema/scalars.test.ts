import { describe, expect, it } from "vitest";
import { cpus, duration, memory } from "./scalars.js";
import { flag, wholeNumber } from "./scalars.js";

describe("memory", () => {
  it.each([
    ["512Mi", 512 * 2 ** 20],
    ["512M", 512 * 2 ** 20],
    ["512mb", 512 * 2 ** 20],
    ["1.5G", 1.5 * 2 ** 30],
    ["0.5Gi", 2 ** 29],
    ["1GiB", 2 ** 30],
    ["2k", 2048],
    ["2Ki", 2048],
    ["100b", 100],
    ["1 g", 2 ** 30],
    ["1048576", 1048576],
    [1048576, 1048576],
  ])("%j is %d bytes", (written, bytes) => expect(memory.parse(written)).toBe(bytes));

  it.each([
    "",
    "Mi",
    "12Qi",
    "1.5.5G",
    "-1G",
    "0",
    0,
    -5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1e9",
    "9999999t",
    "10i",
  ])("%j is refused", (written) => expect(memory.safeParse(written).success).toBe(false));
});

describe("duration", () => {
  it.each([
    ["30s", 30e9],
    ["1m30s", 90e9],
    ["1h", 3600e9],
    ["1.5s", 1.5e9],
    ["500ms", 5e8],
    ["2us", 2000],
    ["0", 0],
    [0, 0],
    ["0s", 0],
  ])("%j is %d ns", (written, nanoseconds) => expect(duration.parse(written)).toBe(nanoseconds));

  it.each(["", "30", 30, "s", "-1s", "1 s", "1x", "999999999h"])("%j is refused", (written) =>
    expect(duration.safeParse(written).success).toBe(false),
  );
});

describe("numbers and booleans", () => {
  it.each([0.5, "0.5", "2", ".5"])("%j CPUs", (written) => expect(cpus.parse(written)).toBe(Number(written)));
  it.each([0, "0", -1, "x", "", Number.POSITIVE_INFINITY])("%j is not a number of CPUs", (written) =>
    expect(cpus.safeParse(written).success).toBe(false),
  );
  it.each([1, "1", 5, "5"])("%j is a whole number from 1 to 5", (written) =>
    expect(wholeNumber(1, 5).parse(written)).toBe(Number(written)),
  );
  it.each([0, 6, "6", 1.5, "1.5", "01", "", " 1", "1e0", Number.NaN])(
    "%j is not a whole number from 1 to 5",
    (written) => expect(wholeNumber(1, 5).safeParse(written).success).toBe(false),
  );
  it.each([
    [true, true],
    ["true", true],
    ["Yes", true],
    ["on", true],
    [false, false],
    ["no", false],
    ["OFF", false],
  ])("%j is %j", (written, expected) => expect(flag.parse(written)).toBe(expected));
  it.each(["", "1", "constructor", "y"])("%j is not a boolean", (written) =>
    expect(flag.safeParse(written).success).toBe(false),
  );
});
