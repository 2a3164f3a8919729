import {
  DeploymentError,
  type ErrorIssue,
  formatFieldPath,
  formatLocation,
  type SourceLocation,
} from "@openfactory/deploy-core";
import { closestMatch } from "leven";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** How many findings one report shows. */
export const MAX_FINDINGS = 20;

const byLocation = ({ location: a }: Finding, { location: b }: Finding): number =>
  a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;

const others = (count: number): string => `${count} more ${count === 1 ? "finding" : "findings"}`;

/** What to do. A function where the hint is expensive to compute: it runs only for the findings that are shown. */
export type Hint = string | (() => string | undefined);

interface Finding {
  message: string;
  location: SourceLocation;
  hint: Hint | undefined;
  cause?: unknown;
}

/** Collects the problems of a file, and of the files that it references, for one report. */
export class Findings {
  readonly #findings = new Map<string, Finding>();

  get isEmpty(): boolean {
    return this.#findings.size === 0;
  }

  /** The same finding at the same location counts once, such as in an anchor that is used twice. */
  add(location: SourceLocation, message: string, hint?: Hint): void {
    const key = keyOf(location, message);
    if (!this.#findings.has(key)) this.#findings.set(key, { message, location, hint });
  }

  /** Adds the findings of another file. */
  merge(other: Findings): void {
    for (const [key, finding] of other.#findings) if (!this.#findings.has(key)) this.#findings.set(key, finding);
  }

  /** Adds the issues of an error. @throws the error itself, unless it is an `INVALID_FILE` with a location. */
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

  /** Stops reading, since nothing after this location can be checked. @throws DeploymentError `INVALID_FILE`. */
  abort(location: SourceLocation, message: string, hint?: Hint): never {
    this.add(location, message, hint);
    throw this.#error();
  }

  /** @throws DeploymentError `INVALID_FILE` with all findings, if there are any. */
  throwIfAny(): void {
    if (this.#findings.size > 0) throw this.#error();
  }

  #error(): DeploymentError {
    const all = [...this.#findings.values()].sort(byLocation);
    const issues = all.slice(0, MAX_FINDINGS).map(asIssue);
    const more = all.length > 1 ? `; and ${others(all.length - 1)}` : "";
    if (all.length > issues.length) issues.push({ message: `and ${others(all.length - issues.length)}` });
    return new DeploymentError(
      "INVALID_FILE",
      `${all[0] ? `${formatLocation(all[0].location)}: ` : ""}${issues[0]?.message}${more}.`,
      {
        hint: issues[0]?.hint ?? "Correct the file. Nothing was deployed.",
        issues,
        cause: all[0]?.cause,
      },
    );
  }
}

const keyOf = (location: SourceLocation, message: string): string => `${formatLocation(location)}:${message}`;

const asIssue = ({ message, location, hint }: Finding): ErrorIssue => {
  const resolved = typeof hint === "function" ? hint() : hint;
  return { message, location, ...(resolved === undefined ? {} : { hint: resolved }) };
};

/** The error for a file that can't be read at all. */
export function unreadableFile(
  location: SourceLocation,
  message: string,
  hint: string,
  cause?: unknown,
): DeploymentError {
  return new DeploymentError("INVALID_FILE", `${formatLocation(location)}: ${message}.`, {
    hint,
    issues: [{ message, location, hint }],
    cause,
  });
}

const MAX_SHOWN = 60;

/** Up to a third of the letters may differ; two swapped letters count as two. */
const tolerance = (name: string): number =>
  Math.max(name.length < 4 ? 1 : 2, Math.floor(Math.min(name.length, MAX_SHOWN) / 3));

/** The known name that is closest to `name`, if it is close enough to be a typo. */
export const nearest = (name: string, known: readonly string[]): string | undefined =>
  closestMatch(name.toLowerCase().replaceAll("-", "_"), known, { maxDistance: tolerance(name) }) ??
  closestMatch(name, known, { maxDistance: tolerance(name) });

/** `Did you mean "image"?` */
export const didYouMean = (name: string, known: readonly string[]): string | undefined => {
  const match = nearest(name, known);
  return match === undefined ? undefined : `Did you mean "${match}"?`;
};

/** Quotes a name from the file. Long names are shortened. */
export const quote = (name: string): string =>
  JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}...` : name);

/** Adds a finding at the key (or the list's entry) at a path of the file. */
export type Report = (path: FilePath, message: string, hint?: string) => void;

/** Skips values that could not be interpolated: these have a finding already. */
export const reporterFor =
  (tree: SourceTree, findings: Findings): Report =>
  (path, message, hint) => {
    if (!tree.isBroken(path)) findings.add(tree.locateKey(path), `${formatFieldPath(path)}: ${message}`, hint);
  };

/** A second location, as a finding cites it: with its file name only if the file differs. */
export const citeLocation = (location: SourceLocation, from: SourceLocation): string =>
  location.file === from.file ? `line ${location.line}, column ${location.column}` : formatLocation(location);
