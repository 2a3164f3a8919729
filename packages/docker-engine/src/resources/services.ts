import { compareApi } from "../api/api-version.js";
import type { RegistryAuth } from "../credentials/registry-auth.js";
import type { Services } from "../engine.js";
import type { ServiceDetails } from "../engine-types.js";
import { explainUnreadable } from "../errors/unreadable-log.js";
import { logFrames } from "../streams/log-frames.js";
import type { EngineClient } from "../transport/engine-client.js";
import { explainService } from "./explain-service.js";
import { logQuery } from "./log-query.js";
import { filterQuery, segment } from "./path.js";

const STATUS_SINCE = "1.41";

const nameIn = (body: object): string => (body as { Name?: string }).Name ?? "without a name";

export function servicesOf(client: EngineClient, auth: RegistryAuth): Services {
  const inspect: Services["inspect"] = async (id, options) =>
    client.json<ServiceDetails>(
      { method: "GET", path: `/services/${segment(id)}`, action: `inspect service ${id}`, swarm: true },
      options,
    );
  return {
    inspect,
    async create(body, options = {}) {
      const call = {
        method: "POST",
        path: "/services/create",
        headers: await auth.headers(options.image, options),
        body,
        action: `create service ${nameIn(body)}`,
        swarm: true,
      } as const;
      try {
        const created = await client.json<{ ID: string; Warnings?: string[] | null }>(call, options);
        return { id: created.ID, warnings: created.Warnings ?? [] };
      } catch (error) {
        throw await explainService(error, client, body, options);
      }
    },
    async update(id, version, body, options = {}) {
      const { rollback, registryAuthFrom } = options;
      const call = {
        method: "POST",
        path: `/services/${segment(id)}/update`,
        query: { version, rollback, registryAuthFrom },
        headers: await auth.headers(options.image, options),
        body,
        action: `update service ${nameIn(body)}`,
        swarm: true,
      } as const;
      try {
        const { Warnings } = await client.json<{ Warnings?: string[] | null }>(call, options);
        return { warnings: Warnings ?? [] };
      } catch (error) {
        throw await explainService(error, client, body, options);
      }
    },
    async list(filters, options) {
      const withStatus = compareApi(await client.apiVersion(options), STATUS_SINCE) >= 0;
      const query = { status: withStatus ? "true" : undefined, ...filterQuery(filters) };
      return client.json<ServiceDetails[]>(
        { method: "GET", path: "/services", query, action: "list services", swarm: true },
        options,
      );
    },
    async remove(id, options) {
      const path = `/services/${segment(id)}`;
      await client.send({ method: "DELETE", path, action: `remove service ${id}`, swarm: true }, options);
    },
    async *logs(id, query = {}) {
      const { Spec } = await inspect(id, query);
      const call = {
        method: "GET",
        path: `/services/${segment(id)}/logs`,
        query: { ...logQuery(query), details: 1 },
        action: `read the log of service ${id}`,
        swarm: true,
      } as const;
      const tty = Spec.TaskTemplate.ContainerSpec?.["TTY"] === true;
      try {
        yield* logFrames(client.stream(call, query), { tty, details: true });
      } catch (error) {
        throw explainUnreadable(error, `service ${Spec.Name}`, Spec.TaskTemplate?.LogDriver?.Name);
      }
    },
  };
}
