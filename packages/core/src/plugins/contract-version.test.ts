import { describe, expect, test } from "vitest";
import { CONTRACT_VERSION, contractProblem, formatContractRange, parseContractRange } from "./contract-version.js";

describe("parseContractRange()", () => {
  test.each([
    ["1.2", { from: "1.2", to: "1.2" }],
    ["1.0 - 1.2", { from: "1.0", to: "1.2" }],
    ["1.9 - 1.10", { from: "1.9", to: "1.10" }],
    [1, { from: "1.0", to: "1.0" }],
    [2, { from: "2.0", to: "2.0" }],
  ])("reads %j", (declared, range) => {
    expect(parseContractRange(declared)).toEqual(range);
  });

  // 1.1 as a number is both 1.1 and 1.10.
  test.each([
    1.1,
    "1",
    "1.",
    "v1.0",
    "1.0.0",
    "01.0",
    "1.0-1.2",
    "1.0 - ",
    "1.0 - 1.1 - 1.2",
    "1.2 - 1.0",
    "1.0 - 2.0",
  ])("returns undefined for %j", (declared) => {
    expect(parseContractRange(declared)).toBeUndefined();
  });

  test.each([undefined, null, "", "^1.0", "*", -1, Number.NaN, {}, ["1.0"], "1.99999"])(
    "returns undefined for %j",
    (declared) => {
      expect(parseContractRange(declared)).toBeUndefined();
    },
  );
});

test("formatContractRange() returns the text that plugins declare", () => {
  expect(formatContractRange({ from: "1.0", to: "1.0" })).toBe("1.0");
  expect(formatContractRange({ from: "1.0", to: "1.2" })).toBe("1.0 - 1.2");
});

describe("contractProblem()", () => {
  test.each([
    [1, "1.0"],
    [1, "1.7"],
    ["1.0", "1.7"],
    ["1.7", "1.7"],
    ["1.2 - 1.9", "1.2"],
    ["1.2 - 1.9", "1.10"],
    ["2.0", "2.0"],
  ])("accepts a plugin for %j on %s", (declared, host) => {
    expect(contractProblem(declared, host)).toBeUndefined();
  });

  test.each([
    [2, "1.3", "2.0", "Install a newer version of ofdeploy, or an older version of the plugin."],
    ["2.1", "1.3", "2.1", "Install a newer version of ofdeploy, or an older version of the plugin."],
    [1, "2.3", "1.0", "Install a newer version of the plugin, or an older version of ofdeploy."],
    ["1.0 - 1.9", "2.0", "1.0 - 1.9", "Install a newer version of the plugin, or an older version of ofdeploy."],
  ])("rejects a plugin for %j on %s with both versions: the major version differs", (declared, host, text, hint) => {
    expect(contractProblem(declared, host)).toEqual({
      problem: `it is built for contract version ${text}, and ofdeploy has version ${host}: the major versions must be equal`,
      hint,
    });
  });

  test.each([
    ["1.4", "1.3", "1.4"],
    ["1.10", "1.9", "1.10"],
    ["1.4 - 1.6", "1.3", "1.4"],
  ])("rejects a plugin for %j on %s with both versions: it requires a newer minor version", (declared, host, from) => {
    expect(contractProblem(declared, host)).toEqual({
      problem: `it is built for contract version ${declared}, and ofdeploy has version ${host}: it requires ${from} or later`,
      hint: "Install a newer version of ofdeploy, or an older version of the plugin.",
    });
  });

  test.each([
    [undefined, "undefined"],
    ["latest", '"latest"'],
    [1.5, "1.5"],
    [{ major: 1 }, '{"major":1}'],
    ["x".repeat(1000), `"${"x".repeat(59)}`],
  ])("rejects the malformed version %j", (declared, text) => {
    expect(contractProblem(declared, "1.3")).toEqual({
      problem: `its contractVersion ${text} is neither a version such as "1.3" nor a range such as "1.0 - 1.3"`,
      hint: "This is a bug in the plugin; report it to the plugin's author.",
    });
  });

  test("compares with the contract of this package by default", () => {
    expect(contractProblem(CONTRACT_VERSION)).toBeUndefined();
    expect(contractProblem("99.0")?.problem).toContain(`ofdeploy has version ${CONTRACT_VERSION}`);
  });
});
