import type { IncomingHttpHeaders } from "node:http";
import { type Dialect, docker } from "./dialect.js";
import { podman } from "./podman.js";

/** Told by the headers of a ping, which is asked in any case: `/version` says it too, and would be a call more. */
export function dialectOf(headers: IncomingHttpHeaders): Dialect {
  const version = headers["libpod-api-version"]?.toString();
  return version === undefined ? docker : podman(version);
}
