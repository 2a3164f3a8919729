import { DeploymentError } from "@openfactory/deploy-core";
import { compareApi } from "../api/api-version.js";
import type { DockerEngine } from "../engine.js";
import type { EngineEvent, EngineInfo, EngineVersion } from "../engine-types.js";
import { jsonLines } from "../streams/json-lines.js";
import type { EngineClient } from "../transport/engine-client.js";
import { filterQuery } from "./path.js";

/** What is about the engine as a whole. */
export type System = Pick<DockerEngine, "apiVersion" | "supportsApi" | "version" | "info" | "events">;

export function systemOf(client: EngineClient): System {
  return {
    apiVersion: (options) => client.apiVersion(options),
    async supportsApi(version, options) {
      return compareApi(await client.apiVersion(options), version) >= 0;
    },
    version: async (options) =>
      client.json<EngineVersion>({ method: "GET", path: "/version", action: "tell its version" }, options),
    info: async (options) =>
      client.json<EngineInfo>({ method: "GET", path: "/info", action: "tell about itself" }, options),
    async *events(filters, options = {}) {
      const query = { since: options.since, ...filterQuery(filters) };
      const call = { method: "GET", path: "/events", query, action: "tell its events" } as const;
      yield* jsonLines<EngineEvent>(client.stream(call, options));
      throw new DeploymentError("ENGINE_UNREACHABLE", `The engine at ${client.host} ended its stream of events.`, {
        hint: "See whether the engine still runs.",
      });
    },
  };
}
