import { DeploymentError, type ErrorIssue, type SourceLocation } from "@openfactory/deploy-core";

/** How many findings one report shows. */
export const MAX_FINDINGS = 20;

const byPlace = ({ location: a }: Finding, { location: b }: Finding): number =>
  a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;

const others = (count: number): string => `${count} more ${count === 1 ? "finding" : "findings"}`;

/** What to do; a function where it takes work to find out, which is done for the findings that are shown. */
export type Hint = string | (() => string | undefined);

interface Finding {
  message: string;
  location: SourceLocation;
  hint: Hint | undefined;
  cause?: unknown;
}

/** What is wrong with a file, and with those it names: collected, told in one report. */
export class Findings {
  readonly #findings = new Map<string, Finding>();

  /** The same finding at the same place (an anchor that is used twice) counts once. */
  add(location: SourceLocation, message: string, hint?: Hint): void {
    const key = keyOf(location, message);
    if (!this.#findings.has(key)) this.#findings.set(key, { message, location, hint });
  }

  /** Adds what another report found, such as the one of another file. */
  merge(other: Findings): void {
    for (const [key, finding] of other.#findings) if (!this.#findings.has(key)) this.#findings.set(key, finding);
  }

  /** Adds the issues of an error. @throws whatever is not a DeploymentError `INVALID_FILE` with a location. */
  include(error: unknown): void {
    const located = DeploymentError.isInstance(error, "INVALID_FILE")
      ? error.issues.flatMap(({ location, ...rest }) => (location === undefined ? [] : [{ ...rest, location }]))
      : [];
    if (located.length === 0) throw error;
    const { cause } = error as DeploymentError;
    for (const { location, message, hint } of located) {
      const key = keyOf(location, message);
      if (!this.#findings.has(key)) this.#findings.set(key, { message, location, hint, cause });
    }
  }

  /** Ends the reading: nothing after this place can be judged. @throws DeploymentError `INVALID_FILE`. */
  abort(location: SourceLocation, message: string, hint?: Hint): never {
    this.add(location, message, hint);
    throw this.#error();
  }

  /** @throws DeploymentError `INVALID_FILE` with all findings, if there are any. */
  throwIfAny(): void {
    if (this.#findings.size > 0) throw this.#error();
  }

  #error(): DeploymentError {
    const all = [...this.#findings.values()].sort(byPlace);
    const issues = all.slice(0, MAX_FINDINGS).map(asIssue);
    const more = all.length > 1 ? `; and ${others(all.length - 1)}` : "";
    if (all.length > issues.length) issues.push({ message: `and ${others(all.length - issues.length)}` });
    return new DeploymentError("INVALID_FILE", `${placeOf(all[0])}${issues[0]?.message}${more}.`, {
      hint: issues[0]?.hint ?? "Correct the file; nothing was deployed.",
      issues,
      cause: all[0]?.cause,
    });
  }
}

const keyOf = ({ file, line, column }: SourceLocation, message: string): string =>
  `${file}:${line}:${column}:${message}`;

const placeOf = (finding: Finding | undefined): string => {
  if (finding === undefined) return "";
  const { file, line, column } = finding.location;
  return `${file}:${line}:${column}: `;
};

const asIssue = ({ message, location, hint }: Finding): ErrorIssue => {
  const told = typeof hint === "function" ? hint() : hint;
  return { message, location, ...(told === undefined ? {} : { hint: told }) };
};

/** The one finding of a file that can't be read at all. */
export function unreadable(location: SourceLocation, message: string, hint: string, cause?: unknown): DeploymentError {
  const { file, line, column } = location;
  return new DeploymentError("INVALID_FILE", `${file}:${line}:${column}: ${message}.`, {
    hint,
    issues: [{ message, location, hint }],
    cause,
  });
}
