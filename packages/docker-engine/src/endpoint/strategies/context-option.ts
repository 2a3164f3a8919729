import { DEFAULT_CONTEXT, readContext } from "../context-store.js";
import { defaultSocket } from "./default-socket.js";
import { dockerHost } from "./docker-host.js";
import type { EndpointStrategy } from "./strategy.js";

/** The context that the caller named; `default` is the environment's address, or the default socket. */
export const contextOption: EndpointStrategy = (input) => {
  const { context, env } = input;
  if (context === undefined) return undefined;
  if (context === DEFAULT_CONTEXT) return dockerHost(input) ?? defaultSocket(input);
  return { ...readContext(context, "--context", env), source: `context "${context}"` };
};
