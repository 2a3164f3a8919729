import type { DeploymentWarning } from "@openfactory/deploy-core";
import type { Observer } from "../events.js";

/**
 * The warnings of one app, each told and kept once however often it is found; one about a registry is kept with the first
 * app of the run that has it.
 */
export class WarningLog {
  readonly #found = new Map<string, DeploymentWarning>();
  readonly #app: string;
  readonly #observer: Observer | undefined;
  readonly #ofRegistries: Set<string>;

  /** @param ofRegistries the warnings about registries that the run has reported, shared by all its apps. */
  constructor(app: string, observer?: Observer, ofRegistries = new Set<string>()) {
    this.#app = app;
    this.#observer = observer;
    this.#ofRegistries = ofRegistries;
  }

  add(...warnings: readonly DeploymentWarning[]): void {
    for (const warning of warnings) {
      const key = JSON.stringify([warning.code, warning.field, warning.reason]);
      if (this.#found.has(key)) continue;
      if (warning.registry !== undefined) {
        const known = `${warning.code} ${warning.registry}`;
        if (this.#ofRegistries.has(known)) continue;
        this.#ofRegistries.add(known);
      }
      this.#found.set(key, warning);
      this.#observer?.({ type: "warning", app: this.#app, warning });
    }
  }

  all(): DeploymentWarning[] {
    return [...this.#found.values()];
  }
}
