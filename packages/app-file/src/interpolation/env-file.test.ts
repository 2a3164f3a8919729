import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { parseEnvFile } from "./env-file.js";

const parse = (text: string, environment = {}) => parseEnvFile(text, ".env", environment);

describe("parseEnvFile", () => {
  it.each([
    ["A=1", "1"],
    ["export A=1", "1"],
    ["A: 1", "1"],
    ["  A = 1  ", "1"],
    ["A=", ""],
    ["A=a b=c", "a b=c"],
    ["A=1 # one", "1"],
    ["A=1#one", "1#one"],
    ["A=# nothing", ""],
    ["A='it is $B # x'", "it is $B # x"],
    ['A="x # y" # z', "x # y"],
    ['A="a\\nb\\t\\"c\\" \\\\d"', 'a\nb\t"c" \\d'],
    ['A="\\$B"', "$B"],
    ['A="two\nlines"', "two\nlines"],
    ["A='two\r\nlines'", "two\nlines"],
    ["B=b\nA=${B}-${C:-c}", "b-c"],
    ['B=b\nA="<$B>"', "<b>"],
    ["A=1\nA=2", "2"],
    ["\uFEFFA=1\r\n", "1"],
  ])("%j", (text, expected) => {
    expect(parse(text)["A"]).toBe(expected);
  });

  it("looks variables up in the environment first", () => {
    expect(parse("B=file\nA=$B", { B: "process" })).toEqual({ A: "process", B: "file" });
  });

  it("takes a name alone from the environment, where it is set", () => {
    expect(parse("A\nB # none\n# c\n\n", { A: "1" })).toEqual({ A: "1" });
  });

  it.each([
    ["A=1\n=x", 2, 1, "expected NAME=VALUE, or a comment"],
    ["A=1\n  two words", 2, 3, "expected NAME=VALUE, or a comment"],
    ["1A=x", 1, 1, "expected NAME=VALUE, or a comment"],
    ["A='s3cret", 1, 3, "the quote that begins here is not closed"],
    ['A="s3cret" more', 1, 11, "something follows the closing quote"],
    ["A=s3cret-$NOPE", 1, 10, "the variable NOPE is not set"],
  ])("%j is refused at its line", (text, line, column, message) => {
    let error: unknown;
    try {
      parse(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(DeploymentError.isInstance(error, "INVALID_FILE")).toBe(true);
    expect((error as DeploymentError).issues[0]).toMatchObject({ message, location: { file: ".env", line, column } });
    expect(JSON.stringify(error)).not.toContain("s3cret");
  });
});
