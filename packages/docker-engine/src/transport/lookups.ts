import { DeploymentError } from "@openfactory/deploy-core";
import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary, NetworkDetails, VolumeDetails } from "../engine-types.js";
import { filterQuery, inspectImage, inspectNetwork, segment } from "./dockerode.js";
import type { EngineCalls, EngineRequest } from "./engine-call.js";

type WithSignal = (options: { abortSignal: AbortSignal }) => Promise<unknown>;

// Both take a signal, which @types/dockerode does not know.
export const versionRequest: EngineRequest = (docker, abortSignal) =>
  (docker.version as WithSignal).call(docker, { abortSignal });
export const infoRequest: EngineRequest = (docker, abortSignal) =>
  (docker.info as WithSignal).call(docker, { abortSignal });

/** As the engine reports it, before Podman's differences are taken into account. */
export const inspectContainer = (calls: EngineCalls, id: string, options?: CallOptions): Promise<ContainerDetails> =>
  calls.json({ action: `inspect container ${id}`, read: true }, containerRequest(id), options);

const containerRequest =
  (id: string): EngineRequest =>
  (docker, abortSignal) =>
    docker.getContainer(segment(id)).inspect({ abortSignal });

/** All, running or not. @param action completes "could not ..." of its errors. */
export const listContainers = (
  calls: EngineCalls,
  action: string,
  filters?: Filters,
  options?: CallOptions,
): Promise<ContainerSummary[]> =>
  calls.json(
    { action, read: true },
    (docker, abortSignal) => docker.listContainers({ all: true, ...filterQuery(filters), abortSignal }),
    options,
  );

export const inspectNetworkOf = (
  calls: EngineCalls,
  name: string,
  action: string,
  options?: CallOptions,
): Promise<NetworkDetails> => calls.json({ action, read: true }, networkRequest(name), options);

const networkRequest =
  (name: string): EngineRequest =>
  (docker, abortSignal) =>
    inspectNetwork(docker, name, abortSignal);

export const inspectVolume = (calls: EngineCalls, name: string, options?: CallOptions): Promise<VolumeDetails> =>
  calls.json({ action: `inspect volume ${name}`, read: true }, volumeRequest(name), options);

const volumeRequest =
  (name: string): EngineRequest =>
  (docker, abortSignal) =>
    docker.getVolume(segment(name)).inspect({ abortSignal });

const REQUESTS = {
  container: containerRequest,
  image:
    (image: string): EngineRequest =>
    (docker, abortSignal) =>
      inspectImage(docker, image, abortSignal),
  network: networkRequest,
  volume: volumeRequest,
};

/** Whether the engine answers 404 for it. Any other answer, and any failure to ask, says nothing. */
export async function isMissing(
  calls: EngineCalls,
  kind: keyof typeof REQUESTS,
  name: string,
  options?: CallOptions,
): Promise<boolean> {
  try {
    await calls.send({ action: `look for the ${kind} ${name}`, read: true }, REQUESTS[kind](name), options);
    return false;
  } catch (error) {
    return DeploymentError.isInstance(error, "NOT_FOUND");
  }
}
