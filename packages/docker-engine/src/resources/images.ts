import { distributionShape, imageShape, imagesShape, importedShape } from "../answers/shapes.js";
import { DeploymentError, redactError, Redactor } from "@openfactory/deploy-core";
import { type AuthConfig, dial, filterQuery, imagePath, queryAndBody } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import type { EngineRequest } from "../connection/engine-call.js";
import { imageRequest } from "../connection/shared-calls.js";
import type { CallOptions, Images } from "../engine.js";
import type { PullEvent } from "../engine-types.js";
import { engineErrorCause } from "../errors/engine-error.js";
import { pullError, type PullSubject } from "../errors/registry-error.js";
import { type RemoteImage, remoteImage } from "../registry-auth/image-reference.js";
import type { RegistryAuth } from "../registry-auth/registry-auth.js";
import { SharedWork } from "../shared-work.js";
import { pullEvents } from "../streams/json-lines.js";

/** A call for which the engine contacts a registry. */
interface RegistryCall {
  remote: RemoteImage;
  authconfig: AuthConfig | undefined;
  /** The error of the call, with the image and the registry. */
  explain: (error: unknown) => unknown;
  subject: PullSubject;
}

export function imagesOf(client: Client, auth: RegistryAuth, secrets = new Redactor()): Images {
  // The latest event of a layer is enough.
  const pulls = new SharedWork<void, PullEvent>(({ id }) => id);
  const digests = new SharedWork<string>();

  const prepare = async (image: string, options: CallOptions): Promise<RegistryCall> => {
    const remote = remoteOf(image);
    const authconfig = await auth.authconfig(image, options);
    const info = await auth.info(image, options);
    const hasCredentials = authconfig !== undefined;
    const subject = {
      image,
      registry: remote.registry,
      hasCredentials,
      ...(info?.problem && { problem: info.problem }),
    };
    return { remote, authconfig, subject, explain: (error) => redactError(explainRegistry(error, subject), secrets) };
  };

  const pull = async (image: string, options: CallOptions, emit: (event: PullEvent) => void): Promise<void> => {
    const { remote, authconfig, subject, explain } = await prepare(image, options);
    const sent = queryAndBody({ fromImage: remote.name, tag: remote.version });
    const request: EngineRequest = (docker, abortSignal) => docker.createImage(authconfig, { ...sent, abortSignal });
    try {
      const stream = client.stream({ action: `pull image ${image}`, image }, request, {
        ...options,
        idleMs: PULL_IDLE_MS,
      });
      const events = pullEvents(stream, (text) => pullError(text, subject));
      for await (const event of events) emit({ ...event, ...(event.status && { status: secrets.text(event.status) }) });
    } catch (error) {
      throw explain(error);
    }
  };

  const digest = async (image: string, options: CallOptions): Promise<string> => {
    const { noDigest } = await client.dialect(options);
    if (noDigest !== undefined) {
      throw new DeploymentError("UNSUPPORTED", noDigest, { hint: "Pull the image to get its digest." });
    }
    const { remote, authconfig, explain } = await prepare(image, options);
    const call = { action: `look up image ${image} in its registry`, image, read: true } as const;
    const request: EngineRequest = (docker, abortSignal) =>
      dial(docker, { path: `/distribution/${imagePath(remote.text)}/json`, authconfig }, abortSignal);
    try {
      return (await client.json(call, distributionShape, request, options)).Descriptor.digest;
    } catch (error) {
      throw explain(error);
    }
  };

  return {
    inspect: async (image, options) =>
      client.json({ action: `inspect image ${image}`, image, read: true }, imageShape, imageRequest(image), options),
    async import(archive, { labels = {}, ...options } = {}) {
      const changes = Object.entries(labels).map(
        ([name, value]) => `LABEL ${JSON.stringify(name)}=${JSON.stringify(value)}`,
      );
      const query = { fromSrc: "-", changes: changes.join("\n") };
      const call = { action: "import an image" };
      const { status, error } = await client.json(
        call,
        importedShape,
        (docker, signal) => dial(docker, { method: "POST", path: "/images/create", query, file: archive }, signal),
        options,
      );
      if (status !== undefined) return status;
      const message = `The engine could not import an image: ${error ?? "its answer has no id"}.`;
      throw new DeploymentError("ENGINE_ERROR", message, {
        hint: "Check the disk space of the engine: `docker system df`.",
      });
    },
    async list(filters, options) {
      const listed = await client.json(
        { action: "list images", read: true },
        imagesShape,
        (docker, abortSignal) => docker.listImages({ ...filterQuery(filters), abortSignal }),
        options,
      );
      return listed.map(({ Id }) => Id);
    },
    async remove(image, options) {
      await client.send(
        { action: `remove image ${image}`, image },
        (docker, signal) => dial(docker, { method: "DELETE", path: `/images/${imagePath(image)}` }, signal),
        options,
      );
    },
    pull: async (image, { signal, timeoutMs, onEvent } = {}) =>
      pulls.join(sharedKey(image, timeoutMs), (ending, emit) => pull(image, { signal: ending, timeoutMs }, emit), {
        signal,
        onEvent,
      }),
    digest: async (image, { signal, timeoutMs } = {}) =>
      digests.join(sharedKey(image, timeoutMs), (ending) => digest(image, { signal: ending, timeoutMs }), { signal }),
    credentials: (image, options) => auth.info(image, options),
  };
}

/** Engines report the progress of a pull all the time, except while they extract a large layer. */
const PULL_IDLE_MS = 300_000;

/** The key of calls that are one. */
const sharedKey = (image: string, timeoutMs: number | undefined): string => `${remoteOf(image).text} ${timeoutMs}`;

function remoteOf(image: string): RemoteImage {
  const remote = remoteImage(image);
  if (remote !== undefined) return remote;
  throw new DeploymentError("IMAGE_NOT_FOUND", `The image ${image} is an id, which can't be pulled from a registry.`, {
    hint: "Load the image on the engine (`docker load`), or use a name such as registry.example.com/team/app:1.4.",
  });
}

/** Engines report a registry's answer with various statuses, often with 500. */
function explainRegistry(error: unknown, subject: PullSubject): unknown {
  const { message, statusCode } = engineErrorCause(error) ?? {};
  return statusCode === undefined || message === undefined ? error : pullError(message, subject, statusCode);
}
