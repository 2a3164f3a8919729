import { DeploymentError } from "@openfactory/deploy-core";
import type { EngineCalls } from "../connection/engine-call.js";
import { inspectContainer, isMissing } from "../connection/shared-calls.js";
import type { CallOptions } from "../engine.js";
import type { ContainerDetails } from "../engine-types.js";
import { engineFault } from "../errors/engine-error.js";
import { ambiguousRefusal, firstMissingNetwork, retold } from "./network-errors.js";

/** A 404 of ContainerCreate is an image, or a network, that is not there: asked, since the status says no more. */
export async function explainCreate(
  error: unknown,
  calls: EngineCalls,
  body: object,
  options?: CallOptions,
): Promise<unknown> {
  const ambiguous = DeploymentError.isInstance(error) ? ambiguousRefusal(error) : undefined;
  if (ambiguous !== undefined) return ambiguous;
  if (!DeploymentError.isInstance(error, "NOT_FOUND")) return error;
  const { Image, NetworkingConfig, HostConfig } = body as {
    Image?: string;
    NetworkingConfig?: { EndpointsConfig?: object };
    HostConfig?: { NetworkMode?: string };
  };
  if (Image && (await isMissing(calls, "image", Image, options))) {
    return retold(error, "IMAGE_NOT_FOUND", "Check the image's name and tag, or build, load or pull it first.");
  }
  const names = [...Object.keys(NetworkingConfig?.EndpointsConfig ?? {}), HostConfig?.NetworkMode];
  return (await firstMissingNetwork(error, calls, names, options)) ?? error;
}

/**
 * A 404 of ContainerStart is the container, or a network; a 500 may be a host port in use, which only its text tells, or, on
 * an engine that is in a swarm, a network.
 */
export async function explainStart(
  error: unknown,
  calls: EngineCalls,
  id: string,
  options?: CallOptions,
): Promise<unknown> {
  const ambiguous = DeploymentError.isInstance(error) ? ambiguousRefusal(error) : undefined;
  if (ambiguous !== undefined) return ambiguous;
  const known = DeploymentError.isInstance(error, "ENGINE_ERROR") || DeploymentError.isInstance(error, "NOT_FOUND");
  if (!known) return error;
  const port = portInUse(error);
  if (port !== undefined) return port;
  const details = await detailsOf(calls, id, options);
  if (details === undefined) return error;
  const names = [...Object.keys(details.NetworkSettings.Networks), details.HostConfig["NetworkMode"]];
  return (await firstMissingNetwork(error, calls, names, options)) ?? error;
}

async function detailsOf(calls: EngineCalls, id: string, options?: CallOptions): Promise<ContainerDetails | undefined> {
  try {
    return await inspectContainer(calls, id, options);
  } catch {
    return undefined; // it is the container that is not there
  }
}

function portInUse(error: DeploymentError): DeploymentError | undefined {
  const words = engineFault(error)?.message ?? "";
  if (!/port is already allocated|address already in use/i.test(words)) return undefined;
  return retold(
    error,
    "CONFLICT",
    "Publish another host port, or stop the container or process that uses this one (docker ps).",
  );
}

/** A 404 of NetworkConnect is the network or the container. */
export async function explainConnect(
  error: unknown,
  calls: EngineCalls,
  network: string,
  options?: CallOptions,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  const ambiguous = ambiguousRefusal(error);
  if (ambiguous !== undefined || error.code !== "NOT_FOUND") return ambiguous ?? error;
  return (await firstMissingNetwork(error, calls, [network], options)) ?? error;
}

interface Networks {
  TaskTemplate?: { Networks?: { Target?: string }[] };
}

/**
 * What ServiceCreate or ServiceUpdate failed for, where the status says too little: a network that is not there is 404
 * or 500, by version, and a version that is not the newest any more is 500, which only its text tells.
 */
export async function explainService(
  error: unknown,
  calls: EngineCalls,
  body: object,
  options?: CallOptions,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  if (error.code !== "ENGINE_ERROR" && error.code !== "NOT_FOUND") return error;
  if (/update out of sequence/i.test(engineFault(error)?.message ?? "")) {
    return retold(error, "CONFLICT", "Another client changed the service at the same time. Run the command again.");
  }
  const names = (body as Networks).TaskTemplate?.Networks?.map(({ Target }) => Target) ?? [];
  return (await firstMissingNetwork(error, calls, names, options)) ?? error;
}
