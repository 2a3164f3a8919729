import { homedir, hostname, tmpdir } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { SAMPLE_SECRET } from "../samples/secret.js";
import type { ContractRun } from "./run-contract.js";

/** Texts of the machine that reports must not contain. */
export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  temporary: string;
  host: string;
}

export const thisMachine = (): Machine => ({
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  temporary: tmpdir(),
  host: hostname(),
});

const MASK = "***";
const MAX_LENGTH = 500;
/** Shorter values of variables, such as `1` or `true`, occur in any text. */
const MIN_VALUE = 8;
/** `NAME=value` and `"NAME=value"`, as in lists of env. */
const ASSIGNMENT = /\b([A-Za-z_]\w*)=(?:"[^"]*"|'[^']*'|[^\s'",;)\]}]+)/g;

/**
 * Makes a message of a third party fit for a report: one line, without values of variables, paths and names of this machine.
 */
export function createRedactor({ env, cwd, home, temporary, host }: Machine): (text: string) => string {
  const paths: [string, string][] = [
    [cwd, "."],
    [temporary, "<tmp>"],
    [home, "~"],
    [host, "<host>"],
  ];
  const values = Object.entries(env)
    .filter(([name, value = ""]) => value.length >= MIN_VALUE && !name.startsWith("npm_"))
    .map(([, value = ""]): [string, string] => [value, MASK])
    .sort(([a], [b]) => b.length - a.length);
  const replacements = [...paths.filter(([text]) => text.length > 1), ...values, [SAMPLE_SECRET, MASK] as const];
  return (text) => {
    const [line = ""] = stripVTControlCharacters(text)
      .trim()
      .split(/[\r\n]/);
    const masked = replacements.reduce((part, [from, to]) => part.replaceAll(from, to), line);
    const clean = masked.replace(ASSIGNMENT, `$1=${MASK}`).replace(/\p{Cc}/gu, "");
    return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}...` : clean;
  };
}

/** A run with all its messages and reasons redacted. */
export const redactRun = (run: ContractRun, redact: (text: string) => string): ContractRun => ({
  ...run,
  cases: run.cases.map(({ message, reason, ...rest }) => ({
    ...rest,
    ...(message !== undefined && { message: redact(message) }),
    ...(reason !== undefined && { reason: redact(reason) }),
  })),
  errors: run.errors.map(redact),
  ...(run.benchmark && { benchmark: { ...run.benchmark, remarks: run.benchmark.remarks.map(redact) } }),
});
