import type { Environment } from "../config/config-directory.js";
import type { ResolvedEndpoint } from "../endpoint/endpoint.js";
import { resolveEndpoint } from "../endpoint/resolve-endpoint.js";
import type { EngineModem } from "./modem.js";

export interface ConnectionOptions {
  host?: string;
  context?: string;
  env: Environment;
}

/** Finds the engine, and loads what speaks to it, when first asked. */
export class Connection {
  readonly #options: ConnectionOptions;
  #endpoint: ResolvedEndpoint | undefined;
  #modem: Promise<EngineModem> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** @throws DeploymentError as resolveEndpoint. */
  get endpoint(): ResolvedEndpoint {
    return (this.#endpoint ??= resolveEndpoint(this.#options));
  }

  modem(): Promise<EngineModem> {
    return (this.#modem ??= this.#load());
  }

  async close(): Promise<void> {
    const modem = await this.#modem;
    modem?.close();
  }

  async #load(): Promise<EngineModem> {
    const [{ dialerFor }, { createModem }] = await Promise.all([import("./dial.js"), import("./modem.js")]);
    return createModem(await dialerFor(this.endpoint, this.#options.env));
  }
}
