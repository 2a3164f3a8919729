import { compareVersions } from "@openfactory/deploy-core";
import { dial, dialStream, filterQuery, queryAndBody, segment } from "../connection/dockerode.js";
import type { EngineRequest } from "../connection/engine-call.js";
import type { EngineClient } from "../connection/engine-client.js";
import type { Services } from "../engine.js";
import type { ServiceDetails } from "../engine-types.js";
import type { RegistryAuth } from "../registry-auth/registry-auth.js";
import { explainService } from "./explain-errors.js";
import { explainUnreadable, logQuery } from "./logs.js";
import { logFrames } from "../streams/log-frames.js";

const STATUS_SINCE = "1.41";

export function servicesOf(client: EngineClient, auth: RegistryAuth): Services {
  const inspect: Services["inspect"] = async (id, options) =>
    client.json<ServiceDetails>(
      { action: `inspect service ${id}`, swarm: true, read: true },
      (docker, abortSignal) => docker.getService(segment(id)).inspect({ abortSignal }),
      options,
    );
  return {
    inspect,
    async create(body, options = {}) {
      const authconfig = await auth.authconfig(options.image, options);
      try {
        const created = await client.json<{ ID: string; Warnings?: string[] | null }>(
          { action: `create service ${body.Name}`, swarm: true },
          // Not dockerode's createService(): it drops the warnings.
          (docker, signal) => dial(docker, { method: "POST", path: "/services/create", body, authconfig }, signal),
          options,
        );
        return { id: created.ID, warnings: created.Warnings ?? [] };
      } catch (error) {
        throw await explainService(error, client, body, options);
      }
    },
    async update(id, version, body, options = {}) {
      const { rollback, registryAuthFrom } = options;
      const authconfig = await auth.authconfig(options.image, options);
      const sent = queryAndBody({ version, rollback, registryAuthFrom }, body);
      try {
        const { Warnings } = await client.json<{ Warnings?: string[] | null }>(
          { action: `update service ${body.Name}`, swarm: true },
          (docker, abortSignal) => docker.getService(segment(id)).update({ ...sent, authconfig, abortSignal }),
          options,
        );
        return { warnings: Warnings ?? [] };
      } catch (error) {
        throw await explainService(error, client, body, options);
      }
    },
    async list(filters, options) {
      const withStatus = compareVersions(await client.apiVersion(options), STATUS_SINCE) >= 0;
      const query = { ...(withStatus && { status: true }), ...filterQuery(filters) };
      return client.json<ServiceDetails[]>(
        { action: "list services", swarm: true, read: true },
        (docker, abortSignal) => docker.listServices({ ...query, abortSignal }),
        options,
      );
    },
    async remove(id, options) {
      await client.send(
        { action: `remove service ${id}`, swarm: true },
        (docker, abortSignal) => docker.getService(segment(id)).remove({ abortSignal }),
        options,
      );
    },
    async *logs(id, query = {}) {
      const { Spec } = await inspect(id, query);
      const call = { action: `read the log of service ${id}`, swarm: true, read: true } as const;
      const parameters = { ...logQuery(query), details: 1 };
      const request: EngineRequest = (docker, abortSignal) =>
        dialStream(docker, { path: `/services/${segment(id)}/logs`, query: parameters }, abortSignal);
      const tty = Spec.TaskTemplate.ContainerSpec?.TTY === true;
      try {
        yield* logFrames(client.stream(call, request, query), { tty, details: true });
      } catch (error) {
        throw explainUnreadable(error, `service ${Spec.Name}`, Spec.TaskTemplate?.LogDriver?.Name);
      }
    },
  };
}
