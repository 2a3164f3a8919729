import { DeploymentError, type ErrorIssue, type SourceLocation } from "@openfactory/deploy-core";
import { decodeText } from "../files/read-file.js";
import { type Files, FILE_NOT_FOUND } from "../files/referenced-files.js";
import { readEnvEntries } from "../interpolation/env-file.js";
import type { Environment } from "../interpolation/interpolate.js";
import { SourceText } from "../yaml/source-tree.js";

/** A variable of an env file. */
interface EnvFileVariable {
  value: string;
  location: SourceLocation;
}

/** The variables of an env file, or why it can't be read. */
export type EnvFileContent =
  | { readonly variables: ReadonlyMap<string, EnvFileVariable> }
  | { readonly problem: string; readonly hint: string }
  | { readonly issues: readonly ErrorIssue[] };

/** Reads the env files that the apps of a file name. Apps that name the same files share the result. */
export class EnvFiles {
  readonly #files: Files;
  readonly #environment: Environment;
  /** By the paths of the file and of those before it, on whose variables its values can depend. */
  readonly #read = new Map<string, EnvFileContent>();

  /** @param environment takes precedence over variables of the files. */
  constructor(files: Files, environment: Environment) {
    this.#files = files;
    this.#environment = environment;
  }

  /** Whether a file exists. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  /**
   * @param before paths of the files before it, in order.
   * @param variables the variables of the files before it.
   */
  read(path: string, before: readonly string[], variables: ReadonlyMap<string, { value: string }>): EnvFileContent {
    const id = JSON.stringify([...before, path]);
    const known = this.#read.get(id);
    if (known !== undefined) return known;
    const content = this.#parse(path, variables);
    this.#read.set(id, content);
    return content;
  }

  #parse(path: string, before: ReadonlyMap<string, { value: string }>): EnvFileContent {
    const found = this.#files.get(path) ?? FILE_NOT_FOUND;
    if (!("bytes" in found)) return found;
    const earlier = Object.fromEntries([...before].map(([key, { value }]) => [key, value]));
    try {
      const source = new SourceText(path, decodeText(found.bytes, path));
      const entries = readEnvEntries(source, { ...earlier, ...this.#environment });
      const variables = [...entries].map(
        ([key, { value, offset }]) => [key, { value, location: source.locationAt(offset) }] as const,
      );
      return { variables: new Map(variables) };
    } catch (error) {
      if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
      return { issues: error.issues };
    }
  }
}
