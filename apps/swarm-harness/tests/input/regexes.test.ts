import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkRegex } from "./support/check-regex.js";
import { findRegexes } from "./support/find-regexes.js";
import { regexesToCheck } from "./support/regexes-to-check.js";

/** The regular expressions that are known to be linear: to check all takes minutes, and `regexes.repeat.test.ts` does it. */
const CHECKED = fileURLToPath(new URL("support/checked-regexes.json", import.meta.url));

test("every regular expression of the source takes linear time", async () => {
  const checked = new Set(JSON.parse(readFileSync(CHECKED, "utf8")) as string[]);
  const current = regexesToCheck();
  const problems: string[] = [];
  for (const [text, regex] of current) {
    const result = checked.has(text) ? "linear" : await checkRegex(regex);
    if (result !== "linear") problems.push(`${regex.place}: ${text}: ${result}`);
  }
  expect(problems).toEqual([]);
  // Add those that were just checked, so that the next run is short.
  if (process.env["UPDATE_REGEXES"]) writeFileSync(CHECKED, `${JSON.stringify([...current.keys()].sort(), null, 2)}\n`);
  else
    expect(
      [...current.keys()].filter((text) => !checked.has(text)),
      "run again with UPDATE_REGEXES=1",
    ).toEqual([]);
}, 600_000);

test("patterns that are built at run time contain no quantifiers of their own", () => {
  expect(findRegexes().dynamic.map(({ file, text }) => `${file}: ${text}`)).toEqual([
    // A constant of another file: `^(?:0o)?0*[0-7]{1,4}$`, of a text of the file.
    "packages/app-file/src/schema/resources.ts: OCTAL_MODE",
    // Alternatives of fixed words.
    'packages/create-strategy/src/create-strategy.ts: Object.keys(replacements).join("|"), "g"',
    "packages/docker-translators/src/container-replicas.ts: `-${number}$`",
    "packages/strategy-local-docker/src/deploy/start-error.ts: `:${port}\\\\b`",
  ]);
});
