import { environmentTls } from "../environment-tls.js";
import { parseHost } from "../parse-host.js";
import type { EndpointStrategy } from "./strategy.js";

/** The address that the caller gave. */
export const hostOption: EndpointStrategy = ({ host, env }) => {
  if (host === undefined) return undefined;
  return { ...parseHost(host, "--host", environmentTls(env)), source: "--host" };
};
