import { DeploymentError, type ErrorIssue, fieldPath, type SourceLocation } from "@openfactory/deploy-core";
import { closestMatch } from "leven";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

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

const MAX_SHOWN = 60;

/** A third of the letters may differ, and two letters that swapped places count as two: more is another word. */
const tolerance = (name: string): number =>
  Math.max(name.length < 4 ? 1 : 2, Math.floor(Math.min(name.length, MAX_SHOWN) / 3));

/** The known name that `name` was probably meant to be. */
export const nearest = (name: string, known: readonly string[]): string | undefined =>
  closestMatch(name.toLowerCase().replaceAll("-", "_"), known, { maxDistance: tolerance(name) }) ??
  closestMatch(name, known, { maxDistance: tolerance(name) });

/** `did you mean "image"?` */
export const didYouMean = (name: string, known: readonly string[]): string | undefined => {
  const match = nearest(name, known);
  return match === undefined ? undefined : `did you mean "${match}"?`;
};

/** A name from the file in quotes, shortened where it is very long. */
export const quote = (name: string): string =>
  JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}...` : name);

/** Adds a finding at the key (or the list's entry) at a path of the file. */
export type Tell = (path: FilePath, message: string, hint?: string) => void;

/** What could not be interpolated is told already, and nothing more is said of it. */
export const teller =
  (tree: SourceTree, findings: Findings): Tell =>
  (path, message, hint) => {
    if (!tree.isBroken(path)) findings.add(tree.locateKey(path), `${fieldPath(path)}: ${message}`, hint);
  };

/** Another place, as a finding cites it: with the name of its file only if that is another file. */
export const citePlace = ({ file, line, column }: SourceLocation, from: SourceLocation): string =>
  file === from.file ? `line ${line}, column ${column}` : `${file}:${line}:${column}`;
