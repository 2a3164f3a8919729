import { DeploymentError } from "@openfactory/deploy-core";
import { createdShape, warningsShape } from "../answers/shapes.js";
import { dial, dialStream, queryAndBody, segment } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import type { EngineRequest } from "../connection/engine-call.js";
import { inspectContainer, listContainers, shortId } from "../connection/shared-calls.js";
import type { Containers, Filters, LogQuery } from "../engine.js";
import type { ContainerSummary, LogFrame } from "../engine-types.js";
import { explainCreate, explainStart } from "./explain-errors.js";
import { explainUnreadable, followToEnd, logIdle, logQuery } from "./logs.js";
import { logFrames } from "../streams/log-frames.js";

export function containersOf(client: Client): Containers {
  const inspect: Containers["inspect"] = async (id, options) => {
    const { convertContainer } = await client.dialect(options);
    return convertContainer(await inspectContainer(client, id, options), client, options);
  };
  return {
    inspect,
    async create(name, body, options) {
      const { prepareCreate } = await client.dialect(options);
      const sent = await prepareCreate(client, { name, body }, options);
      const call = { action: `create container ${name}` };
      // Not dockerode's createContainer(): it drops the warnings.
      const request = { method: "POST", path: "/containers/create", query: { name }, body: sent } as const;
      try {
        const { Id, Warnings } = await client.json(
          call,
          createdShape,
          (docker, signal) => dial(docker, request, signal),
          options,
        );
        return { id: Id, warnings: Warnings ?? [] };
      } catch (error) {
        throw await explainCreate(error, client, body, options);
      }
    },
    async start(id, options) {
      try {
        await client.send(
          { action: `start container ${shortId(id)}` },
          (docker, abortSignal) => docker.getContainer(segment(id)).start({ abortSignal }),
          options,
        );
      } catch (error) {
        throw await explainStart(error, client, id, options);
      }
    },
    async stop(id, options = {}) {
      const { graceSeconds } = options;
      await client.send(
        { action: `stop container ${shortId(id)}` },
        (docker, abortSignal) =>
          docker.getContainer(segment(id)).stop({ ...queryAndBody({ t: graceSeconds }), abortSignal }),
        options,
      );
    },
    async restart(id, options) {
      try {
        await client.send(
          { action: `restart container ${id}` },
          (docker, abortSignal) => docker.getContainer(segment(id)).restart({ abortSignal }),
          options,
        );
      } catch (error) {
        throw await explainStart(error, client, id, options);
      }
    },
    async remove(id, options = {}) {
      const query = { v: 1, ...(options.force && { force: 1 }) };
      await client.send(
        { action: `remove container ${shortId(id)}` },
        (docker, abortSignal) => docker.getContainer(segment(id)).remove({ ...query, abortSignal }),
        options,
      );
    },
    async rename(id, name, options) {
      await client.send(
        { action: `rename container ${shortId(id)} to ${name}` },
        (docker, abortSignal) => docker.getContainer(segment(id)).rename({ ...queryAndBody({ name }), abortSignal }),
        options,
      );
    },
    async update(id, body, options) {
      const { noUpdate } = await client.dialect(options);
      if (noUpdate !== undefined) return { warnings: [noUpdate] };
      const { Warnings } = await client.json(
        { action: `update container ${shortId(id)}` },
        warningsShape,
        // Not dockerode's update(): it sends no body for `{}`, which engines refuse.
        (docker, signal) => dial(docker, { method: "POST", path: `/containers/${segment(id)}/update`, body }, signal),
        options,
      );
      return { warnings: Warnings ?? [] };
    },
    list: async (filters, options) => {
      const list = (by?: Filters): Promise<ContainerSummary[]> => listContainers(client, by, options);
      const dialect = await client.dialect(options);
      const listed = await dialect.listContainers(list, filters);
      return dialect.addLabels?.(client, listed, options) ?? listed;
    },
    async getArchive(id, path, options) {
      const call = { action: `read ${path} of container ${id}`, read: true } as const;
      const request: EngineRequest = (docker, abortSignal) =>
        dialStream(docker, { path: archivePath(id), query: { path } }, abortSignal);
      const pieces: Buffer[] = [];
      let length = 0;
      const idleMs = options?.timeoutMs ?? ARCHIVE_IDLE_MS;
      for await (const piece of client.stream(call, request, { ...options, idleMs })) {
        length += piece.length;
        if (length > MAX_ARCHIVE) throw archiveTooLong(call.action);
        pieces.push(piece);
      }
      return Buffer.concat(pieces);
    },
    async putArchive(id, path, file, options) {
      await client.send(
        { action: `write to ${path} of container ${id}` },
        (docker, signal) => dial(docker, { method: "PUT", path: archivePath(id), query: { path }, file }, signal),
        options,
      );
    },
    async *logs(id, { source, ...query } = {}) {
      // The format of the log depends on the container: raw with a terminal, otherwise in frames.
      const { Config, HostConfig, Name } = source ?? (await inspect(id, query));
      const format = { tty: Config.Tty === true, details: false };
      const read = (part: LogQuery, since?: string): AsyncIterable<LogFrame> => {
        const parameters = { ...logQuery(part), ...(since === undefined ? {} : { since }) };
        const call = { action: `read the log of container ${shortId(id)}`, read: true } as const;
        // Not dockerode's logs(): without follow, it returns the whole log at once (apocas/dockerode#456).
        const request: EngineRequest = (docker, abortSignal) =>
          dialStream(docker, { path: `/containers/${segment(id)}/logs`, query: parameters }, abortSignal);
        return logFrames(client.stream(call, request, { ...query, ...logIdle(part) }), format);
      };
      try {
        yield* query.follow ? followToEnd(read, query) : read(query);
      } catch (error) {
        throw explainUnreadable(error, `container ${Name.slice(1)}`, HostConfig.LogConfig?.Type);
      }
    },
  };
}

/** Archives that are read have one file, such as a config. */
const MAX_ARCHIVE = 64 * 1024 ** 2;
const ARCHIVE_IDLE_MS = 30_000;

const archiveTooLong = (action: string): DeploymentError =>
  new DeploymentError("ENGINE_ERROR", `The engine's response to "${action}" is longer than 64 MiB.`, {
    hint: "Check that the address is that of a Docker Engine, and the size of that file.",
    cause: { message: "the archive is too long" },
  });

const archivePath = (id: string): string => `/containers/${segment(id)}/archive`;

/** A listing gives a container's links to others as further names, which contain a second slash. */
export const listedName = ({ Names, Id }: ContainerSummary): string =>
  Names.find((name) => name.lastIndexOf("/") === 0)?.slice(1) ?? Id;
