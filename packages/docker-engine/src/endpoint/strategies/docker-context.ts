import { DEFAULT_CONTEXT, readContext } from "../context-store.js";
import { defaultSocket } from "./default-socket.js";
import type { EndpointStrategy } from "./strategy.js";

/** The context named in `DOCKER_CONTEXT`. */
export const dockerContext: EndpointStrategy = (input) => {
  const name = input.env["DOCKER_CONTEXT"];
  if (!name) return undefined;
  if (name === DEFAULT_CONTEXT) return defaultSocket(input);
  return { ...readContext(name, "DOCKER_CONTEXT", input.env), source: `context "${name}"` };
};
