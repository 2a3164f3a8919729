import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { parseDuration } from "../options/parse-values.js";
import { describeProgram } from "../program.js";
import { readCommandLine } from "./command-line.js";
import type { Candidate } from "./names.js";
import { type Completion, completionOf } from "./values.js";

/** The time after which the names of an engine are left out. `OFDEPLOY_COMPLETION_TIMEOUT` is another one, such as `5s`. */
const TIME_LIMIT_MS = 1_500;

/**
 * Prints the words that can complete a command line, for the scripts of `ofdeploy completion`: a line with each word, a tab
 * and its description, then a line `:done`, `:nospace` (no space follows a word) or `:files` (a path is expected). Prints
 * no error: a file that is broken and an engine that does not answer have no names.
 * @param args the number of words before the cursor, then the words after `ofdeploy` up to the cursor as they are typed.
 */
export async function completeCommand([count = "", ...typed]: readonly string[], io: Io): Promise<ExitCode> {
  const { candidates, after = "done" } = await complete(typed.map(unquote), Number(count), io).catch(
    (): Completion => ({ candidates: [] }),
  );
  for (const { value, description = "" } of candidates) io.stdout.write(`${value}\t${oneLine(description)}\n`);
  io.stdout.write(`:${after}\n`);
  return EXIT.ok;
}

async function complete(typed: readonly string[], count: number, io: Io): Promise<Completion> {
  const { groups, globalOptions } = describeProgram();
  const program = { commands: groups.flatMap(({ commands }) => commands), globalOptions };
  const word = typed[count] ?? "";
  const line = readCommandLine(typed.slice(0, count), word, program);
  if (line === undefined) return { candidates: [] };
  const completion = await completionOf(line, program, quiet(io), AbortSignal.timeout(timeLimitOf(io)));
  const prefix = word.slice(0, word.length - line.current.length);
  const candidates = completion.candidates.filter(({ value }) => value.startsWith(line.current) && isPlain(value));
  return { ...completion, candidates: unique(candidates).map((each) => ({ ...each, value: prefix + each.value })) };
}

/** Nothing can be printed about an invalid limit. */
function timeLimitOf({ env }: Io): number {
  try {
    return parseDuration(env["OFDEPLOY_COMPLETION_TIMEOUT"] ?? `${TIME_LIMIT_MS}ms`);
  } catch {
    return TIME_LIMIT_MS;
  }
}

/** Without errors and warnings of what is read. */
const quiet = (io: Io): Io =>
  Object.assign(Object.create(io) as Io, { stderr: { write() {}, drained: async () => {} } });

/** A shell inserts the word as it is, so it must not contain characters with a meaning in a shell. */
const isPlain = (value: string): boolean => /^[\p{L}\p{N}_.@/-][\p{L}\p{N}_.@/:+%=,-]*$/u.test(value);

const unique = (candidates: readonly Candidate[]): Candidate[] => [
  ...new Map(candidates.map((each) => [each.value, each])).values(),
];

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 200);

/** A word without the quotes and backslashes that a shell would remove. A quote that is not closed ends at the cursor. */
const unquote = (word: string): string =>
  word.replace(
    /'([^']*)(?:'|$)|"((?:\\.|[^"\\])*)(?:"|$)|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(.)/gs, "$1") ?? escaped ?? "",
  );
