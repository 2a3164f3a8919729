import type { IncomingHttpHeaders } from "node:http";
import { type Dialect, docker } from "./dialect.js";
import { podman } from "./podman.js";

/** Told by the headers of a ping, which is asked in any case: `/version` says it too, and would be a call more. */
export const dialectOf = (headers: IncomingHttpHeaders): Dialect =>
  headers["libpod-api-version"] === undefined ? docker : podman;
