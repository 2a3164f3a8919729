import type { Containers, Filters, LogQuery } from "../engine.js";
import type { ContainerDetails, ContainerSummary, LogFrame } from "../engine-types.js";
import { explainUnreadable } from "../errors/unreadable-log.js";
import { logFrames } from "../streams/log-frames.js";
import type { EngineClient } from "../transport/engine-client.js";
import { explainCreate, explainStart } from "./explain-container.js";
import { followToEnd } from "./follow-to-end.js";
import { logQuery } from "./log-query.js";
import { filterQuery, segment } from "./path.js";

interface Created {
  Id: string;
  Warnings?: string[] | null;
}

export function containersOf(client: EngineClient): Containers {
  const inspect: Containers["inspect"] = async (id, options) => {
    const call = { method: "GET", path: `/containers/${segment(id)}/json`, action: `inspect container ${id}` } as const;
    const { details } = await client.dialect(options);
    return details(await client.json<ContainerDetails>(call, options), client, options);
  };
  return {
    inspect,
    async create(name, body, options) {
      const { prepareCreate } = await client.dialect(options);
      const sent = await prepareCreate(client, { name, body }, options);
      const call = { method: "POST", path: "/containers/create", query: { name }, body: sent } as const;
      try {
        const { Id, Warnings } = await client.json<Created>({ ...call, action: `create container ${name}` }, options);
        return { id: Id, warnings: Warnings ?? [] };
      } catch (error) {
        throw await explainCreate(error, client, body, options);
      }
    },
    async start(id, options) {
      const path = `/containers/${segment(id)}/start`;
      try {
        await client.send({ method: "POST", path, action: `start container ${id}` }, options);
      } catch (error) {
        throw await explainStart(error, client, id, options);
      }
    },
    async stop(id, options = {}) {
      const { graceSeconds } = options;
      const path = `/containers/${segment(id)}/stop`;
      await client.send({ method: "POST", path, query: { t: graceSeconds }, action: `stop container ${id}` }, options);
    },
    async remove(id, options = {}) {
      const query = { v: 1, force: options.force ? 1 : undefined };
      const path = `/containers/${segment(id)}`;
      await client.send({ method: "DELETE", path, query, action: `remove container ${id}` }, options);
    },
    async rename(id, name, options) {
      const path = `/containers/${segment(id)}/rename`;
      await client.send(
        { method: "POST", path, query: { name }, action: `rename container ${id} to ${name}` },
        options,
      );
    },
    async update(id, body, options) {
      const path = `/containers/${segment(id)}/update`;
      const call = { method: "POST", path, body, action: `update container ${id}` } as const;
      const { noUpdate } = await client.dialect(options);
      if (noUpdate !== undefined) return { warnings: [noUpdate] };
      const { Warnings } = await client.json<{ Warnings?: string[] | null }>(call, options);
      return { warnings: Warnings ?? [] };
    },
    list: async (filters, options) => {
      const ask = (by?: Filters): Promise<ContainerSummary[]> => {
        const query = { all: 1, ...filterQuery(by) };
        return client.json({ method: "GET", path: "/containers/json", query, action: "list containers" }, options);
      };
      const dialect = await client.dialect(options);
      const listed = await dialect.list(ask, filters);
      return dialect.completeList?.(client, listed, options) ?? listed;
    },
    async *logs(id, query = {}) {
      // Only the container knows whether its log is raw or in frames.
      const { Config, HostConfig, Name } = await inspect(id, query);
      const format = { tty: Config["Tty"] === true, details: false };
      const read = (part: LogQuery, since?: string): AsyncIterable<LogFrame> => {
        const path = `/containers/${segment(id)}/logs`;
        const parameters = { ...logQuery(part), ...(since === undefined ? {} : { since }) };
        const action = `read the log of container ${id}`;
        return logFrames(client.stream({ method: "GET", path, query: parameters, action }, query), format);
      };
      try {
        yield* query.follow ? followToEnd(read, query) : read(query);
      } catch (error) {
        throw explainUnreadable(error, `container ${Name.slice(1)}`, HostConfig.LogConfig?.Type);
      }
    },
  };
}
