import type { ResolvedEndpoint } from "./endpoint.js";
import { contextOption } from "./strategies/context-option.js";
import { currentContext } from "./strategies/current-context.js";
import { defaultSocket } from "./strategies/default-socket.js";
import { dockerContext } from "./strategies/docker-context.js";
import { dockerHost } from "./strategies/docker-host.js";
import { hostOption } from "./strategies/host-option.js";
import type { EndpointInput, EndpointStrategy } from "./strategies/strategy.js";

/** The first that names an engine wins; where none does, it is the default socket. */
const STRATEGIES: readonly EndpointStrategy[] = [hostOption, contextOption, dockerHost, dockerContext, currentContext];

/**
 * Where the engine is, found as the docker command finds it. Reads the user's Docker configuration, and connects to
 * nothing.
 * @param input `env` defaults to the process's, `platform` to the machine's.
 * @throws DeploymentError `INVALID_REQUEST`: a malformed address, an unknown context, a broken configuration.
 */
export function resolveEndpoint(input: Partial<EndpointInput> = {}): ResolvedEndpoint {
  const whole: EndpointInput = {
    host: input.host,
    context: input.context,
    env: input.env ?? process.env,
    platform: input.platform ?? process.platform,
  };
  for (const strategy of STRATEGIES) {
    const endpoint = strategy(whole);
    if (endpoint !== undefined) return endpoint;
  }
  return defaultSocket(whole);
}
