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
    ["A=# not a comment", "# not a comment"],
    ["A=1\t# not a comment", "1\t# not a comment"],
    ["A=1# not a comment", "1# not a comment"],
    ["A=a # b # c", "a"],
    ["A=#1", "#1"],
    ["A=\t1\t", "1"],
    ["export\tA=1", "1"],
    ["A:1", "1"],
    ["A=x=y:z", "x=y:z"],
    ["A=http://h:1/#top", "http://h:1/#top"],
    ["A=it's", "it's"],
    ['A={"a": "b", "c": [1, 2]}', '{"a": "b", "c": [1, 2]}'],
    ["A=-Xmx2048 -DA=B", "-Xmx2048 -DA=B"],
    ["A=pa$ $1 5$", "pa$ $1 5$"],
    ["A=$$B", "$B"],
    ["A=a\\nb", "a\\nb"],
    ["A='it is $B # x'", "it is $B # x"],
    ['A="x # y" # z', "x # y"],
    ['A="a\\nb\\t\\"c\\" \\\\d"', 'a\nb\t"c" \\d'],
    ['A="\\$B"', "$B"],
    ['A="$$B"', "$B"],
    ['A="\\a\\b\\f\\r\\v"', "\u0007\b\f\r\v"],
    ['A="\\x\\c\\e"', "\\x\\c\\e"],
    ['A="\\0101"', "A"],
    [`A="it\\'s"`, "it\\'s"],
    ["A='it\\'s'", "it's"],
    ["A='a\\nb\\\\'", "a\\nb\\\\"],
    ["A='\\\"'", '\\"'],
    ["A='x'#c", "x"],
    ['A="x"\t# c', "x"],
    ['A="" # empty', ""],
    ['A="x\\" # y"', 'x" # y'],
    ['A="one\ntwo # no comment\n"# c\nB=2', "one\ntwo # no comment\n"],
    ['A="two\nlines"', "two\nlines"],
    ["A='two\r\nlines'", "two\r\nlines"],
    ["A=one\r\nB=2", "one"],
    ["B=b\nA=${B}-${C:-c}", "b-c"],
    ['B=b\nA="<$B>"', "<b>"],
    ["A=1\nA=2", "2"],
    ["\uFEFFA=1\r\n", "1"],
  ])("%j", (text, expected) => {
    expect(parse(text)["A"]).toBe(expected);
  });

  it("looks up variables in the environment first", () => {
    expect(parse("B=file\nA=$B", { B: "process" })).toEqual({ A: "process", B: "file" });
  });

  it("reads a name without a value from the environment, if it is set", () => {
    expect(parse("A\nexport B \n# c\n\nC", { A: "1", C: "3" })).toEqual({ A: "1", C: "3" });
  });

  it("accepts the names that Compose accepts", () => {
    const names = ["a.b-c", "1A", "x[0]", "\u00dcber", "_", "A B"];
    const text = names.map((name) => `${name}=1`).join("\n");
    expect(() => parse(text)).toThrow(".env:6:1: expected NAME=VALUE");
    expect(Object.keys(parse(text.replace("A B", "AB")))).toEqual([...names.slice(0, 5), "AB"]);
  });

  it("reads each kind of value as Compose does", () => {
    const lines = [
      "K0=val#bla",
      'K1="val #space"#bla',
      `K2='asdf#"#sdf"jklo'#bla`,
      'K3="asdf#\\"#sdf\\"jklo"#bla',
      'K4="asdf#\\"#sdf\\""#bla',
      `K5='asdf#"#sdf"'#bla`,
    ];
    expect(parse(lines.join("\n"))).toEqual({
      K0: "val#bla",
      K1: "val #space",
      K2: 'asdf#"#sdf"jklo',
      K3: 'asdf#"#sdf"jklo',
      K4: 'asdf#"#sdf"',
      K5: 'asdf#"#sdf"',
    });
  });

  it.each([
    ["A=1\n=x", 2, 1, "expected NAME=VALUE or a comment"],
    ["A=1\n  two words", 2, 3, "expected NAME=VALUE or a comment"],
    ["A/B=s3cret", 1, 1, "expected NAME=VALUE or a comment"],
    ["A # s3cret", 1, 1, "expected NAME=VALUE or a comment"],
    ["export", 1, 1, "expected NAME=VALUE or a comment"],
    ["export =s3cret", 1, 1, "expected NAME=VALUE or a comment"],
    ["A= # s3cret", 1, 4, "ambiguous: this can be a comment or the value"],
    ["A=s3cret\0", 1, 9, "variables can't contain a NUL character"],
    ['A="s3cret\\09"', 1, 10, "expected three octal digits up to 377 after \\0"],
    ["A='s3cret\\'", 1, 3, "missing closing quote"],
    ["A='s3cret'B=2", 1, 11, "unexpected text after the closing quote"],
    ["A=s3cret${B", 1, 9, "missing } after the variable"],
    ["A='s3cret", 1, 3, "missing closing quote"],
    ['A="s3cret" more', 1, 11, "unexpected text after the closing quote"],
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
