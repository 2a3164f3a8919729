import { containerShape, containersShape, networkShape, volumeShape } from "../answers/shapes.js";
import { DeploymentError } from "@openfactory/deploy-core";
import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary, NetworkDetails, VolumeDetails } from "../engine-types.js";
import { dial, filterQuery, imagePath, segment } from "./dockerode.js";
import type { EngineCalls, EngineRequest } from "./engine-call.js";

type WithSignal = (options: { abortSignal: AbortSignal }) => Promise<unknown>;

// Both take a signal, which @types/dockerode does not declare.
export const versionRequest: EngineRequest = (docker, abortSignal) =>
  (docker.version as WithSignal).call(docker, { abortSignal });
export const infoRequest: EngineRequest = (docker, abortSignal) =>
  (docker.info as WithSignal).call(docker, { abortSignal });

const containerRequest = (id: string): EngineRequest => {
  return (docker, abortSignal) => docker.getContainer(segment(id)).inspect({ abortSignal });
};

const volumeRequest = (name: string): EngineRequest => {
  return (docker, abortSignal) => docker.getVolume(segment(name)).inspect({ abortSignal });
};

// dockerode's own inspect() of networks and images, and its distribution(), take no signal (apocas/dockerode#629).

const networkRequest = (name: string): EngineRequest => {
  return (docker, abortSignal) => dial(docker, { path: `/networks/${segment(name)}` }, abortSignal);
};

export const imageRequest = (image: string): EngineRequest => {
  return (docker, abortSignal) => dial(docker, { path: `/images/${imagePath(image)}/json` }, abortSignal);
};

/** The first 12 digits of an id, as the docker command prints it. Names stay as they are. */
export const shortId = (id: string): string => (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id);

/** The container as the engine reports it, without regard to Podman's differences. */
export const inspectContainer = (calls: EngineCalls, id: string, options?: CallOptions): Promise<ContainerDetails> =>
  calls.json({ action: `inspect container ${shortId(id)}`, read: true }, containerShape, containerRequest(id), options);

export const inspectVolume = (calls: EngineCalls, name: string, options?: CallOptions): Promise<VolumeDetails> =>
  calls.json({ action: `inspect volume ${name}`, read: true }, volumeShape, volumeRequest(name), options);

/** @param action completes "could not ..." in errors. Default: `inspect network <name>`. */
export const inspectNetwork = (
  calls: EngineCalls,
  name: string,
  options?: CallOptions,
  action = `inspect network ${name}`,
): Promise<NetworkDetails> => calls.json({ action, read: true }, networkShape, networkRequest(name), options);

/** Containers in any state, without regard to Podman's differences. @param action as of {@link inspectNetwork}. */
export const listContainers = (
  calls: EngineCalls,
  filters?: Filters,
  options?: CallOptions,
  action = "list containers",
): Promise<ContainerSummary[]> =>
  calls.json(
    { action, read: true },
    containersShape,
    (docker, abortSignal) => docker.listContainers({ all: true, ...filterQuery(filters), abortSignal }),
    options,
  );

const REQUESTS = {
  container: containerRequest,
  image: imageRequest,
  network: networkRequest,
  volume: volumeRequest,
};

/** Whether the engine answers 404 for it. Any other answer, or none, is false. */
export async function isMissing(
  calls: EngineCalls,
  kind: keyof typeof REQUESTS,
  name: string,
  options?: CallOptions,
): Promise<boolean> {
  try {
    await calls.send({ action: `inspect ${kind} ${name}`, read: true }, REQUESTS[kind](name), options);
    return false;
  } catch (error) {
    return DeploymentError.isInstance(error, "NOT_FOUND");
  }
}
