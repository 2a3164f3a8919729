import { DeploymentError } from "@openfactory/deploy-core";
import type { EngineCalls } from "../connection/engine-call.js";
import { inspectContainer, isMissing } from "../connection/shared-calls.js";
import type { ServiceSpec } from "@openfactory/docker-translators";
import type { CallOptions, ContainerBody } from "../engine.js";
import type { ContainerDetails } from "../engine-types.js";
import { engineErrorCause } from "../errors/engine-error.js";
import { ambiguousNetworkError, firstMissingNetwork, recodeError } from "./network-errors.js";

/** A 404 of ContainerCreate is a missing image or network. The status does not show which: one call each. */
export async function explainCreate(
  error: unknown,
  calls: EngineCalls,
  body: ContainerBody,
  options?: CallOptions,
): Promise<unknown> {
  const ambiguous = DeploymentError.isInstance(error) ? ambiguousNetworkError(error) : undefined;
  if (ambiguous !== undefined) return ambiguous;
  if (!DeploymentError.isInstance(error, "NOT_FOUND")) return error;
  const { Image, NetworkingConfig, HostConfig } = body;
  if (Image && (await isMissing(calls, "image", Image, options))) {
    return recodeError(error, "IMAGE_NOT_FOUND", "Check the image's name and tag, or build, load or pull it first.");
  }
  const names = [...Object.keys(NetworkingConfig?.EndpointsConfig ?? {}), HostConfig?.NetworkMode];
  return (await firstMissingNetwork(error, calls, names, options)) ?? error;
}

/**
 * A 404 of ContainerStart is a missing container or network. A 500 may be a host port in use, which only its text shows, or,
 * on an engine of a swarm, a missing network.
 */
export async function explainStart(
  error: unknown,
  calls: EngineCalls,
  id: string,
  options?: CallOptions,
): Promise<unknown> {
  const ambiguous = DeploymentError.isInstance(error) ? ambiguousNetworkError(error) : undefined;
  if (ambiguous !== undefined) return ambiguous;
  const mayBeExplained =
    DeploymentError.isInstance(error, "ENGINE_ERROR") || DeploymentError.isInstance(error, "NOT_FOUND");
  if (!mayBeExplained) return error;
  const port = portInUse(error);
  if (port !== undefined) return port;
  const details = await inspectIfPresent(calls, id, options);
  if (details === undefined) return error;
  const names = [...Object.keys(details.NetworkSettings.Networks), details.HostConfig["NetworkMode"]];
  return (await firstMissingNetwork(error, calls, names, options)) ?? error;
}

async function inspectIfPresent(
  calls: EngineCalls,
  id: string,
  options?: CallOptions,
): Promise<ContainerDetails | undefined> {
  try {
    return await inspectContainer(calls, id, options);
  } catch {
    return undefined; // the container itself is missing
  }
}

function portInUse(error: DeploymentError): DeploymentError | undefined {
  const text = engineErrorCause(error)?.message ?? "";
  if (!/port is already allocated|address already in use/i.test(text)) return undefined;
  return recodeError(
    error,
    "CONFLICT",
    "Publish another host port, or stop the container or process that uses this one (`docker ps`).",
  );
}

const UNKNOWN_USER = /unable to find (?:user|group)|no matching entries in (?:passwd|group) file/i;

/**
 * A 400 of ExecCreate or ExecStart, or a 500 of Podman, may be a user that does not exist in the container, which only its text
 * shows.
 */
export function explainExec(error: unknown): unknown {
  if (!DeploymentError.isInstance(error) || !UNKNOWN_USER.test(engineErrorCause(error)?.message ?? "")) return error;
  return recodeError(error, "INVALID_REQUEST", "Pass a user that the image has, or its number: `UID` or `UID:GID`.");
}

/** A 404 of NetworkConnect is a missing network or container. */
export async function explainConnect(
  error: unknown,
  calls: EngineCalls,
  network: string,
  options?: CallOptions,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  const ambiguous = ambiguousNetworkError(error);
  if (ambiguous !== undefined || error.code !== "NOT_FOUND") return ambiguous ?? error;
  return (await firstMissingNetwork(error, calls, [network], options)) ?? error;
}

/**
 * A missing network is a 404 or 500 of ServiceCreate and ServiceUpdate, by version of the engine. An outdated service version
 * is a 500, which only its text shows.
 */
export async function explainService(
  error: unknown,
  calls: EngineCalls,
  body: ServiceSpec,
  options?: CallOptions,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  if (error.code !== "ENGINE_ERROR" && error.code !== "NOT_FOUND") return error;
  if (/update out of sequence/i.test(engineErrorCause(error)?.message ?? "")) {
    return recodeError(
      error,
      "CONFLICT",
      "Another client changed the service at the same time. Run the command again.",
    );
  }
  const names = body.TaskTemplate.Networks?.map(({ Target }) => Target) ?? [];
  return (await firstMissingNetwork(error, calls, names, options)) ?? error;
}
