import { environmentTls } from "../environment-tls.js";
import { parseHost } from "../parse-host.js";
import type { EndpointStrategy } from "./strategy.js";

/** The address in `DOCKER_HOST`. */
export const dockerHost: EndpointStrategy = ({ env }) => {
  const host = env["DOCKER_HOST"];
  if (!host) return undefined;
  return { ...parseHost(host, "DOCKER_HOST", environmentTls(env)), source: "DOCKER_HOST" };
};
