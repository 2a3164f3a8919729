import { findRegexes } from "./find-regexes.js";

/** Regular expressions that are not linear, and why their input is short. */
const BOUNDED: Readonly<Record<string, string>> = {
  "apps/cli/src/commands/completion.ts": "the usage lines of this program",
  "apps/cli/src/completion/values.ts": "the descriptions of the options of this program",
  "apps/cli/src/options/parse-error.ts": "an argument of the command line, which the user has typed",
};

/**
 * Patterns with parts that recheck does not decide (back references, lookahead, lookbehind, the flag m), for which it reports what it
 * guesses from samples. Decided by hand.
 */
const DECIDED: Readonly<Record<string, string>> = {
  "packages/app-file/src/compose/load-compose.ts": "reads one word and spaces at the start of a line",
  "packages/app-file/src/compose/read-compose.ts": "reads one word and spaces at the start of a line",
  "packages/app-file/src/init/secret-variables.ts":
    "each alternative begins with a fixed text and reads the run after it once",
  "packages/app-file/src/interpolation/env-file.ts":
    "begins at the start of a line and reads each character once; its lookahead reads one word",
  "packages/core/src/secrets/secret-values.ts":
    "each part between two slashes is read twice, since no class contains a slash",
  "packages/docker-engine/src/endpoint/docker-config.ts": "begins with a fixed text; the spaces after it are read once",
};

type FoundRegex = ReturnType<typeof findRegexes>["regexes"][number];

/** Every regular expression of the source without a stated exception, by its text. */
export const regexesToCheck = (): Map<string, FoundRegex> =>
  new Map(
    findRegexes()
      .regexes.filter(({ file }) => BOUNDED[file] === undefined && DECIDED[file] === undefined)
      .map((regex) => [`/${regex.source}/${regex.flags}`, regex]),
  );
