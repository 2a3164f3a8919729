import { expect, test } from "vitest";
import { environmentOf, environmentProblem } from "./environment.js";

test("environmentOf() writes one line for each variable, with its value unchanged", () => {
  const entries = ["A=1", "EMPTY=", "QUOTES=\"a\" 'b' `c`", "SPACES=  both  ", "with space=2", "Ümlaut=$HOME %n {{x}}"];
  expect(environmentOf(entries)).toEqual({ file: `${entries.join("\n")}\n`, inherited: [], inheritedFile: "" });
});

test("environmentOf() passes values of several lines through systemd, in quotes", () => {
  const { file, inherited, inheritedFile } = environmentOf(["A=1", 'KEY=first\n"two" $3 `4` \\5\r\n', "END=x\r"]);
  expect(file).toBe("A=1\n");
  expect(inherited).toEqual(["KEY", "END"]);
  expect(inheritedFile).toBe('KEY="first\n\\"two\\" \\$3 \\`4\\` \\\\5\r\n"\nEND="x\r"\n');
});

test("environmentProblem() finds what no environment file can hold, and names no value", () => {
  const wrong = [
    " LEADING=secret",
    "#COMMENT=secret",
    "with-dash=a\nsecret",
    "PATH=a\nsecret",
    "http_proxy=a\nsecret",
    `LONG=${"s".repeat(66_000)}`,
  ];
  for (const entry of wrong) {
    const problem = environmentProblem(entry);
    expect(problem, entry.slice(0, 20)).toMatch(/^\S.*\.$/);
    expect(problem).not.toContain("secret");
  }
  for (const entry of ["A=1", "PATH=/bin", "with-dash=1", "A=a\nb", "9=8", `LONG=${"s".repeat(8192)}`])
    expect(environmentProblem(entry), entry.slice(0, 20)).toBeUndefined();
});
