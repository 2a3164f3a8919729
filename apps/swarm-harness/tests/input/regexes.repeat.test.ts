import { expect, test } from "vitest";
import { checkRegex } from "./support/check-regex.js";
import { regexesToCheck } from "./support/regexes-to-check.js";

test("every regular expression of the source takes linear time, checked without the list of known ones", async () => {
  const problems: string[] = [];
  for (const [text, regex] of regexesToCheck()) {
    const result = await checkRegex(regex);
    if (result !== "linear") problems.push(`${regex.place}: ${text}: ${result}`);
  }
  expect(problems).toEqual([]);
}, 1_800_000);
