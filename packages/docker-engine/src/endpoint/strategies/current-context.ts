import { readCurrentContext } from "../../config/config-file.js";
import { DEFAULT_CONTEXT, readContext } from "../context-store.js";
import type { EndpointStrategy } from "./strategy.js";

/** The context that `docker context use` made the current one. */
export const currentContext: EndpointStrategy = ({ env }) => {
  const name = readCurrentContext(env);
  if (!name || name === DEFAULT_CONTEXT) return undefined;
  return { ...readContext(name, "currentContext of config.json", env), source: `context "${name}"` };
};
