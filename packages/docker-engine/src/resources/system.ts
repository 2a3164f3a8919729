import { eventShape, infoShape, versionShape } from "../answers/shapes.js";
import { compareVersions, DeploymentError } from "@openfactory/deploy-core";
import { filterQuery } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import type { EngineRequest } from "../connection/engine-call.js";
import { infoRequest, versionRequest } from "../connection/shared-calls.js";
import type { DockerEngine } from "../engine.js";
import { jsonLines } from "../streams/json-lines.js";

/** Calls about the engine as a whole. */
export type System = Pick<DockerEngine, "apiVersion" | "supportsApi" | "version" | "info" | "events">;

export function systemOf(client: Client): System {
  return {
    apiVersion: (options) => client.apiVersion(options),
    async supportsApi(version, options) {
      return compareVersions(await client.apiVersion(options), version) >= 0;
    },
    version: async (options) =>
      client.json({ action: "report its version", read: true }, versionShape, versionRequest, options),
    async info(options) {
      const action = "report its state (GET /info)";
      const info = await client.json({ action, read: true }, infoShape, infoRequest, options);
      const { convertInfo } = await client.dialect(options);
      return convertInfo?.(info) ?? info;
    },
    async *events(filters, options = {}) {
      const { since } = options;
      const query = { ...(since !== undefined && { since }), ...filterQuery(filters) };
      const call = { action: "report its events", read: true } as const;
      const request: EngineRequest = (docker, abortSignal) => docker.getEvents({ ...query, abortSignal });
      yield* jsonLines(client.stream(call, request, options), eventShape, call.action);
      throw new DeploymentError("ENGINE_UNREACHABLE", `The engine at ${client.host} closed its event stream.`, {
        hint: "Check that the engine is running.",
      });
    },
  };
}
