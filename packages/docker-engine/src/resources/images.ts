import { DeploymentError, redactError, Redactor } from "@openfactory/deploy-core";
import { type AuthConfig, dial, imagePath, queryAndBody } from "../connection/dockerode.js";
import type { EngineRequest } from "../connection/engine-call.js";
import { imageRequest } from "../connection/shared-calls.js";
import type { EngineClient } from "../connection/engine-client.js";
import type { CallOptions, Images } from "../engine.js";
import type { ImageDetails, PullEvent } from "../engine-types.js";
import { engineFault } from "../errors/engine-error.js";
import { pullError, type PullSubject } from "../errors/registry-error.js";
import { type RemoteImage, remoteImage } from "../registry-auth/image-reference.js";
import type { RegistryAuth } from "../registry-auth/registry-auth.js";
import { SharedWork } from "../shared-work.js";
import { pullEvents } from "../streams/json-lines.js";

/** A call that has the engine ask a registry. */
interface RegistryCall {
  remote: RemoteImage;
  authconfig: AuthConfig | undefined;
  /** An answer that says what the registry said, or did not. */
  fault: (error: unknown) => unknown;
  subject: PullSubject;
}

export function imagesOf(client: EngineClient, auth: RegistryAuth, secrets = new Redactor()): Images {
  // Of a layer, the latest says all.
  const pulls = new SharedWork<void, PullEvent>(({ id }) => id);
  const digests = new SharedWork<string>();

  const prepare = async (image: string, options: CallOptions): Promise<RegistryCall> => {
    const remote = remoteOf(image);
    const authconfig = await auth.authconfig(image, options);
    const note = await auth.note(image, options);
    const hasCredentials = authconfig !== undefined;
    const subject = {
      image,
      registry: remote.registry,
      hasCredentials,
      ...(note?.problem && { problem: note.problem }),
    };
    return { remote, authconfig, subject, fault: (error) => redactError(retold(error, subject), secrets) };
  };

  const pull = async (image: string, options: CallOptions, tell: (event: PullEvent) => void): Promise<void> => {
    const { remote, authconfig, subject, fault } = await prepare(image, options);
    const sent = queryAndBody({ fromImage: remote.name, tag: remote.version });
    const request: EngineRequest = (docker, abortSignal) => docker.createImage(authconfig, { ...sent, abortSignal });
    try {
      const stream = client.stream({ action: `pull image ${image}`, image }, request, options);
      const events = pullEvents(stream, (words) => pullError(words, subject));
      for await (const event of events) tell({ ...event, ...(event.status && { status: secrets.text(event.status) }) });
    } catch (error) {
      throw fault(error);
    }
  };

  const digest = async (image: string, options: CallOptions): Promise<string> => {
    const { noDigest } = await client.dialect(options);
    if (noDigest !== undefined) {
      throw new DeploymentError("UNSUPPORTED", noDigest, { hint: "Pull the image to get its digest." });
    }
    const { remote, authconfig, fault } = await prepare(image, options);
    const call = { action: `look up image ${image} in its registry`, image, read: true } as const;
    const request: EngineRequest = (docker, abortSignal) =>
      dial(docker, { path: `/distribution/${imagePath(remote.text)}/json`, authconfig }, abortSignal);
    try {
      return (await client.json<{ Descriptor: { digest: string } }>(call, request, options)).Descriptor.digest;
    } catch (error) {
      throw fault(error);
    }
  };

  return {
    inspect: async (image, options) =>
      client.json<ImageDetails>({ action: `inspect image ${image}`, image, read: true }, imageRequest(image), options),
    pull: async (image, { signal, timeoutMs, onEvent } = {}) =>
      pulls.join(sharedName(image, timeoutMs), (ending, tell) => pull(image, { signal: ending, timeoutMs }, tell), {
        signal,
        onEvent,
      }),
    digest: async (image, { signal, timeoutMs } = {}) =>
      digests.join(sharedName(image, timeoutMs), (ending) => digest(image, { signal: ending, timeoutMs }), { signal }),
    credentials: (image, options) => auth.note(image, options),
  };
}

/** Equal for what is one call to the registry. */
const sharedName = (image: string, timeoutMs: number | undefined): string => `${remoteOf(image).text} ${timeoutMs}`;

function remoteOf(image: string): RemoteImage {
  const remote = remoteImage(image);
  if (remote !== undefined) return remote;
  throw new DeploymentError("IMAGE_NOT_FOUND", `The image ${image} is an id, which can't be pulled from a registry.`, {
    hint: "Load the image on the engine (docker load), or use a name such as registry.example.com/team/app:1.4.",
  });
}

/** Engines answer with many a status for what a registry says, and with 500 for much of it. */
function retold(error: unknown, subject: PullSubject): unknown {
  const { message, statusCode } = engineFault(error) ?? {};
  return statusCode === undefined || message === undefined ? error : pullError(message, subject, statusCode);
}
