import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { copyDefined } from "./support/copy-defined.js";

/**
 * A replicated service as one request a container: `<name>-1`, `<name>-2`, ... up to `Replicas` (default 1; 0 gives
 * none). Each has the same settings but for its name and, where it is set, `APP_UUID` in `env`, which is suffixed
 * alike. Pass the service's name as `serviceName` to `toContainerCreateBody`, so that the containers are found by it.
 * @throws DeploymentError `UNSUPPORTED` for other modes; `INVALID_REQUEST` for more than one replica with a fixed host
 * port, which two containers can't share.
 */
export function containerReplicas(request: NormalizedRequest): { replicas: NormalizedRequest[] } {
  const count = replicaCount(request);
  if (count > 1) refuseHostPorts(request, count);
  return { replicas: Array.from({ length: count }, (_, index) => toReplica(request, index + 1)) };
}

/** The way back for `env`: as it was asked for of the service, whose replica of that number has this. */
export const withoutReplicaNumber = (env: readonly string[], number: number): string[] =>
  env.map((entry) => (entry.startsWith(APP_UUID) ? entry.replace(new RegExp(`-${number}$`), "") : entry));

const APP_UUID = "APP_UUID=";

function replicaCount({ mode, name }: NormalizedRequest): number {
  if (mode === undefined) return 1;
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  const [kind] = Object.keys(mode);
  throw new DeploymentError("UNSUPPORTED", `Containers can't emulate mode ${kind} of service ${name}.`, {
    service: name,
    field: "mode",
    hint: "Use mode Replicated, or deploy on Swarm.",
  });
}

function refuseHostPorts({ name, ports = [] }: NormalizedRequest, count: number): void {
  const index = ports.findIndex((port) => port.published !== undefined);
  if (index === -1) return;
  const message = `${count} replicas of service ${name} can't all publish host port ${ports[index]?.published}.`;
  throw new DeploymentError("INVALID_REQUEST", message, {
    service: name,
    field: `ports[${index}].published`,
    hint: "Leave the host port out, so that the engine chooses one a container, or run one replica.",
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
