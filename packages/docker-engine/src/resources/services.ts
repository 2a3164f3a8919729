import { createdServiceShape, serviceShape, warningsShape } from "../answers/shapes.js";
import { compareVersions } from "@openfactory/deploy-core";
import { dial, dialStream, filterQuery, queryAndBody, segment } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import { listElements } from "../connection/list-answer.js";
import type { EngineCall, EngineCalls, EngineRequest } from "../connection/engine-call.js";
import type { ServiceSpec } from "@openfactory/docker-translators";
import type { CallOptions, Services } from "../engine.js";
import type { ServiceDetails } from "../engine-types.js";
import type { RegistryAuth } from "../registry-auth/registry-auth.js";
import { explainService } from "./explain-errors.js";
import { explainUnreadable, logIdle, logQuery } from "./logs.js";
import { createdWith, removed } from "./recheck.js";
import { logFrames } from "../streams/log-frames.js";

const STATUS_SINCE = "1.41";

export function servicesOf(client: Client, auth: RegistryAuth): Services {
  const inspect: Services["inspect"] = (id, options) => inspectService(client, id, options);
  const listEach: Services["listEach"] = async (read, filters, options) => {
    const withStatus = compareVersions(await client.apiVersion(options), STATUS_SINCE) >= 0;
    const query = { ...(withStatus && { status: "true" }), ...filterQuery(filters) };
    const list = { action: "list services", request: { path: "/services", query }, shape: serviceShape };
    return listElements(client, list, read, options);
  };
  return {
    inspect,
    async create(body, options = {}) {
      const authconfig = await auth.authconfig(options.image, options);
      try {
        const created = await client.json(
          { action: `create service ${body.Name}`, swarm: true, recheck: recheckCreate(body) },
          createdServiceShape,
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
        const { Warnings } = await client.json(
          { action: `update service ${body.Name}`, swarm: true, versioned: true },
          warningsShape,
          (docker, abortSignal) => docker.getService(segment(id)).update({ ...sent, authconfig, abortSignal }),
          options,
        );
        return { warnings: Warnings ?? [] };
      } catch (error) {
        throw await explainService(error, client, body, options);
      }
    },
    list: (filters, options) => listEach((service) => service, filters, options),
    listEach,
    async remove(id, options) {
      await client.send(
        { action: `remove service ${id}`, swarm: true, recheck: removed((calls, at) => inspectService(calls, id, at)) },
        (docker, abortSignal) => docker.getService(segment(id)).remove({ abortSignal }),
        options,
      );
    },
    async *logs(id, { source, ...query } = {}) {
      const { Spec } = source ?? (await inspect(id, query));
      const call = { action: `read the log of service ${id}`, swarm: true, read: true } as const;
      const parameters = { ...logQuery(query), details: 1 };
      const request: EngineRequest = (docker, abortSignal) =>
        dialStream(docker, { path: `/services/${segment(id)}/logs`, query: parameters }, abortSignal);
      const tty = Spec.TaskTemplate.ContainerSpec?.TTY === true;
      try {
        yield* logFrames(client.stream(call, request, { ...query, ...logIdle(query) }), { tty, details: true });
      } catch (error) {
        throw explainUnreadable(error, `service ${Spec.Name}`, Spec.TaskTemplate?.LogDriver?.Name);
      }
    },
  };
}

const inspectService = (calls: EngineCalls, id: string, options?: CallOptions): Promise<ServiceDetails> =>
  calls.json(
    { action: `inspect service ${id}`, swarm: true, read: true },
    serviceShape,
    (docker, abortSignal) => docker.getService(segment(id)).inspect({ abortSignal }),
    options,
  );

const recheckCreate = ({ Name = "", Labels }: ServiceSpec): EngineCall["recheck"] =>
  createdWith(
    Labels,
    (calls, options) => inspectService(calls, Name, options),
    ({ Spec }) => Spec.Labels,
    ({ ID }) => ({ ID }),
  );
