import type Docker from "dockerode";
import type { ConnectionAgent } from "./agent.js";
import { createDocker } from "./dockerode.js";
import type { Environment } from "../endpoint/docker-config.js";
import type { ResolvedEndpoint } from "../endpoint/endpoint.js";
import { resolveEndpoint } from "../endpoint/resolve-endpoint.js";

export interface ConnectionOptions {
  host?: string;
  context?: string;
  env: Environment;
}

interface Loaded {
  agent: ConnectionAgent;
  create(apiVersion: string | undefined): Docker;
}

/** Finds the engine, and loads dockerode, at the first call. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #clients = new Map<string | undefined, Docker>();
  #endpoint: ResolvedEndpoint | undefined;
  #loaded: Promise<Loaded> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** @throws DeploymentError as resolveEndpoint. */
  get endpoint(): ResolvedEndpoint {
    return (this.#endpoint ??= resolveEndpoint(this.#options));
  }

  /** dockerode's client on this connection. @param apiVersion e.g. `1.41`; undefined for calls that need no version. */
  async docker(apiVersion?: string): Promise<Docker> {
    const { create } = await (this.#loaded ??= this.#load());
    const client = this.#clients.get(apiVersion) ?? create(apiVersion);
    this.#clients.set(apiVersion, client);
    return client;
  }

  async close(): Promise<void> {
    const loaded = await this.#loaded;
    loaded?.agent.destroy();
  }

  async #load(): Promise<Loaded> {
    const [{ dialerFor }, { ConnectionAgent }, { default: Client }] = await Promise.all([
      import("./dial.js"),
      import("./agent.js"),
      import("dockerode"),
    ]);
    const agent = new ConnectionAgent(dialerFor(this.endpoint, this.#options.env));
    return { agent, create: (apiVersion) => createDocker(Client, this.endpoint, agent, apiVersion) };
  }
}
