import type { ResolvedEndpoint } from "../endpoint.js";
import type { EndpointInput } from "./strategy.js";

/** Where an engine listens unless told otherwise. */
export function defaultSocket({ platform }: Pick<EndpointInput, "platform">): ResolvedEndpoint {
  const source = "the default address";
  return platform === "win32"
    ? { kind: "socket", host: "npipe:////./pipe/docker_engine", path: "//./pipe/docker_engine", source }
    : { kind: "socket", host: "unix:///var/run/docker.sock", path: "/var/run/docker.sock", source };
}
