import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkRegex } from "./support/check-regex.js";
import { findRegexes } from "./support/find-regexes.js";

/** The regular expressions that `regexes.repeat.test.ts` has found to be linear, because that takes minutes. */
const CHECKED = fileURLToPath(new URL("support/checked-regexes.json", import.meta.url));

/** Regular expressions that are not linear, and why their input is short. */
const BOUNDED: Readonly<Record<string, string>> = {
  "apps/cli/src/commands/completion.ts": "the usage lines of this program",
  "apps/cli/src/options/parse-error.ts": "an argument of the command line, which the user has typed",
};

/**
 * Patterns with parts that recheck does not decide (back references, lookbehind, the flag m), for which it reports what it
 * guesses from samples. Decided by hand.
 */
const DECIDED: Readonly<Record<string, string>> = {
  "packages/app-file/src/compose/load-compose.ts": "reads one word and spaces at the start of a line",
  "packages/app-file/src/compose/read-compose.ts": "reads one word and spaces at the start of a line",
  "packages/app-file/src/init/secret-variables.ts":
    "each alternative begins with a fixed text and reads the run after it once",
  "packages/core/src/secrets/secret-values.ts":
    "each part between two slashes is read twice, since no class contains a slash",
  "packages/docker-engine/src/endpoint/docker-config.ts": "begins with a fixed text; the spaces after it are read once",
};

const found = findRegexes();
const { dynamic } = found;
const regexes = found.regexes.filter(({ file }) => BOUNDED[file] === undefined && DECIDED[file] === undefined);
const textOf = ({ source, flags }: { source: string; flags: string }): string => `/${source}/${flags}`;

test("every regular expression of the source takes linear time", async () => {
  const checked = new Set(JSON.parse(readFileSync(CHECKED, "utf8")) as string[]);
  const current = new Map(regexes.map((regex) => [textOf(regex), regex]));
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
  expect(dynamic.map(({ file, text }) => `${file}: ${text}`)).toEqual([
    // A constant of another file: `^(?:0o)?0*[0-7]{1,4}$`, of a text of the file.
    "packages/app-file/src/schema/resources.ts: OCTAL_MODE",
    // Alternatives of fixed words.
    'packages/create-strategy/src/create-strategy.ts: Object.keys(replacements).join("|"), "g"',
    "packages/docker-translators/src/container-replicas.ts: `-${number}$`",
    "packages/strategy-local-docker/src/deploy/start-error.ts: `:${port}\\\\b`",
  ]);
});
