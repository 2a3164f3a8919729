import type { Environment } from "../../config/config-directory.js";
import type { ResolvedEndpoint } from "../endpoint.js";

export interface EndpointInput {
  /** An address, as of `--host`. */
  host?: string;
  /** A context's name, as of `--context`. */
  context?: string;
  env: Environment;
  platform: NodeJS.Platform;
}

/** One way in which an engine may be named: its endpoint, or undefined where it is not named that way. */
export type EndpointStrategy = (input: EndpointInput) => ResolvedEndpoint | undefined;
