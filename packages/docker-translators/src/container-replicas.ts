import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { copyDefined } from "./plain-data.js";

const APP_UUID = "APP_UUID=";

/**
 * A replicated service as one request for each container: `<name>-1`, `<name>-2`, ... up to `Replicas` (default 1; 0 gives
 * none). All have the same settings but for the name and, where `env` sets it, `APP_UUID`, which gets the same suffix. Pass
 * the service's name as `serviceName` to `toContainerCreateBody`, so that other containers find the replicas by it.
 * @throws DeploymentError `UNSUPPORTED` for other modes; `INVALID_REQUEST` for more than one replica with a fixed host
 * port, which two containers can't share.
 */
export function containerReplicas(request: NormalizedRequest): { replicas: NormalizedRequest[] } {
  const count = replicaCount(request);
  if (count > 1) refuseHostPorts(request, count);
  return { replicas: Array.from({ length: count }, (_, index) => toReplica(request, index + 1)) };
}

/** The inverse of {@link containerReplicas} for `env`: that of the service, from the replica with a number. */
export const withoutReplicaNumber = (env: readonly string[], number: number): string[] =>
  env.map((entry) => (entry.startsWith(APP_UUID) ? entry.replace(new RegExp(`-${number}$`), "") : entry));

function replicaCount({ mode, name }: NormalizedRequest): number {
  if (mode === undefined) return 1;
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  const [kind] = Object.keys(mode);
  throw new DeploymentError("UNSUPPORTED", `Service ${name} has the mode ${kind}, which containers can't emulate.`, {
    service: name,
    field: "mode",
    hint: "Set the mode to Replicated, or deploy on Swarm.",
  });
}

function refuseHostPorts({ name, ports = [] }: NormalizedRequest, count: number): void {
  const index = ports.findIndex((port) => port.published !== undefined);
  if (index === -1) return;
  const message = `The ${count} replicas of service ${name} can't all publish host port ${ports[index]?.published}.`;
  throw new DeploymentError("INVALID_REQUEST", message, {
    service: name,
    field: `ports[${index}].published`,
    hint: "Remove the host port, so that the engine chooses one for each container, or run one replica.",
  });
}

function toReplica(request: NormalizedRequest, number: number): NormalizedRequest {
  const copy = copyDefined(request) as NormalizedRequest;
  return {
    ...copy,
    name: `${request.name}-${number}`,
    env: request.env.map((entry) => (entry.startsWith(APP_UUID) ? `${entry}-${number}` : entry)),
  };
}
