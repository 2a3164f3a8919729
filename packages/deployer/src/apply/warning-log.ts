import type { DeploymentWarning } from "@openfactory/deploy-core";
import type { Observer } from "../events.js";

/** The warnings of one app, each told and kept once however often it is found. */
export class WarningLog {
  readonly #found = new Map<string, DeploymentWarning>();
  readonly #app: string;
  readonly #observer: Observer | undefined;

  constructor(app: string, observer?: Observer) {
    this.#app = app;
    this.#observer = observer;
  }

  add(...warnings: readonly DeploymentWarning[]): void {
    for (const warning of warnings) {
      const key = JSON.stringify([warning.code, warning.field, warning.reason]);
      if (this.#found.has(key)) continue;
      this.#found.set(key, warning);
      this.#observer?.({ type: "warning", app: this.#app, warning });
    }
  }

  all(): DeploymentWarning[] {
    return [...this.#found.values()];
  }
}
