import type { SourceLocation } from "@openfactory/deploy-core";
import type { Findings } from "./findings.js";

// docs/limits.md lists these limits for users.

/** Maximum size of a file, in bytes: 1 MiB. */
export const MAX_BYTES = 1024 * 1024;

/** Maximum size of all files that the files of a project refer to, in bytes: 64 MiB. */
export const MAX_REFERENCED_BYTES = 64 * 1024 * 1024;

/** Maximum length of one value after its variables are replaced, in characters. */
export const MAX_VALUE_LENGTH = 1024 * 1024;

/** Maximum length of all values of a file that contain variables or come from YAML aliases, in characters. */
export const MAX_EXPANDED_LENGTH = 8 * 1024 * 1024;

/** Maximum number of values that YAML aliases, or `extends` of Compose, add to a file. */
export const MAX_COPIED_VALUES = 50_000;

/** Maximum number of files that `include` and `extends` of Compose read. */
export const MAX_INCLUDED_FILES = 200;

/** Maximum number of ports that the apps of a project publish. A range counts each of its ports. */
const MAX_PROJECT_PORTS = 10_000;

/** Maximum number of variables of all apps of a project. */
const MAX_PROJECT_VARIABLES = 200_000;

/** Maximum length of the variables of all apps of a project, in characters. */
const MAX_PROJECT_VARIABLES_LENGTH = 16 * 1024 * 1024;

/** Counts what a short file can multiply: ranges of ports, and env files that many apps use. */
export class ProjectBudget {
  readonly #findings: Findings;
  #ports = 0;
  #variables = 0;
  #variablesLength = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** @throws DeploymentError `INVALID_FILE` if the project publishes too many ports. */
  addPorts(count: number, location: SourceLocation): void {
    this.#ports += count;
    if (this.#ports <= MAX_PROJECT_PORTS) return;
    const message = `the apps of the project publish more than ${MAX_PROJECT_PORTS} ports`;
    this.#findings.abort(location, message, "Publish fewer ports, or split the project.");
  }

  /** @throws DeploymentError `INVALID_FILE` if the apps have too many variables, or too long ones. */
  addVariables(variables: readonly { key: string; value: string }[], location: SourceLocation): void {
    this.#variables += variables.length;
    for (const { key, value } of variables) this.#variablesLength += key.length + value.length;
    if (this.#variables > MAX_PROJECT_VARIABLES) {
      const message = `the apps of the project have more than ${MAX_PROJECT_VARIABLES} variables`;
      this.#findings.abort(location, message, "Use smaller env files, or split the project.");
    }
    if (this.#variablesLength <= MAX_PROJECT_VARIABLES_LENGTH) return;
    const message = "the variables of the project's apps are longer than 16 MiB";
    this.#findings.abort(location, message, "Use smaller env files, or split the project.");
  }
}
