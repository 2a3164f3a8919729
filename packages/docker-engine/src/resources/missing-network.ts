import { DeploymentError, type ErrorCode, type ErrorSubject } from "@openfactory/deploy-core";
import type { CallOptions } from "../engine.js";
import type { EngineCalls } from "../transport/engine-call.js";
import { isMissing } from "../transport/lookups.js";

/** The same error with what was found out about it. */
export const retold = (
  error: DeploymentError,
  code: ErrorCode,
  hint: string,
  subject?: ErrorSubject,
): DeploymentError =>
  new DeploymentError(code, error.message, { hint, cause: error.cause, ...(subject && { subject }) });

const networkMissing = (error: DeploymentError, network: string): DeploymentError =>
  new DeploymentError("NETWORK_NOT_FOUND", `There is no network ${network}.`, {
    hint: `Create it first (docker network create ${network}; for a swarm, with --driver overlay), or correct its name.`,
    cause: error.cause,
    subject: { kind: "network", name: network },
  });

/** The error about one of a service's networks, with the service and the field of the request that names the network. */
export function withNetworkField(
  error: DeploymentError,
  { name, networks = [] }: { name: string; networks?: readonly string[] },
): DeploymentError {
  const { code, message, hint, cause, subject } = error;
  const index = networks.indexOf(subject?.name ?? "");
  const field = index === -1 ? "networks" : `networks[${index}]`;
  return new DeploymentError(code, message, { service: name, field, hint, cause, ...(subject && { subject }) });
}

/** The error of the first of these networks that is not there; undefined if none is missing. */
export async function firstMissingNetwork(
  error: DeploymentError,
  calls: EngineCalls,
  names: readonly unknown[],
  options?: CallOptions,
): Promise<DeploymentError | undefined> {
  for (const name of names) {
    if (typeof name !== "string" || name === "" || name === "default" || name.startsWith("container:")) continue;
    if (await isMissing(calls, "network", name, options)) return networkMissing(error, name);
  }
  return undefined;
}
