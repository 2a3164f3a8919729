import { isDeepStrictEqual } from "node:util";
import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import { REPLICAS_VARIABLE, withReplicasVariable } from "@openfactory/docker-translators";
import { listTasks } from "../observe/list-tasks.js";
import { findService } from "../observe/services.js";
import { taskName } from "../observe/status.js";
import { isRunning } from "../observe/tasks.js";
import { revisionOf } from "../settings.js";
import { asStarted } from "../processes/stopped.js";
import { sendServiceUpdate } from "./service-update.js";

/**
 * Sets the number of replicas of the current version, and keeps concurrent changes of the service. The same update sets
 * the variable `SWARM_REPLICAS` if `replicaEnv` added it. That restarts the remaining tasks: the observer gets the warning
 * `INSTANCES_RESTART`.
 * @throws DeploymentError `INVALID_REQUEST`, `NOT_FOUND`, `UNSUPPORTED` (a service without replicas), `ABORTED`.
 */
export async function scaleService(
  engine: DockerEngine,
  serviceName: string,
  replicas: number,
  options: OperationOptions,
): Promise<void> {
  if (!Number.isSafeInteger(replicas) || replicas < 0) {
    throw new DeploymentError("INVALID_REQUEST", "The number of replicas must be a whole number, 0 or more.", {
      service: serviceName,
      hint: "Use a whole number, 0 or more.",
    });
  }
  const service = await findService(engine, serviceName, options);
  await warnOfRestarts(engine, service, replicas, options);
  await sendServiceUpdate(
    engine,
    service,
    {
      step: "scale",
      bodyFor: ({ Spec }) => ({ spec: withReplicas(Spec, replicas) }),
      isApplied: ({ Spec }, before) => revisionOf(Spec) === revisionOf(withReplicas(before.Spec, replicas)),
    },
    options,
  );
}

/** @throws DeploymentError `UNSUPPORTED`. */
function withReplicas(current: ServiceSpec, Replicas: number): ServiceSpec {
  const spec = asStarted(current);
  if (spec.Mode?.Replicated) {
    return { ...withReplicasVariable(spec, Replicas), Mode: { Replicated: { ...spec.Mode.Replicated, Replicas } } };
  }
  throw new DeploymentError("UNSUPPORTED", `Service ${spec.Name} can't be scaled: it is ${kindOf(spec)}.`, {
    service: spec.Name,
    hint: "Only replicated services can be scaled.",
  });
}

const kindOf = ({ Mode }: ServiceSpec): string => (Mode?.Global ? "a global service" : "a job");

/** One more call, for a service whose tasks restart. */
async function warnOfRestarts(
  engine: DockerEngine,
  service: ServiceDetails,
  replicas: number,
  { signal, observer }: OperationOptions,
): Promise<void> {
  if (observer === undefined || replicas === 0) return;
  const { Spec } = service;
  if (isDeepStrictEqual(withReplicas(Spec, replicas).TaskTemplate, Spec.TaskTemplate)) return;
  const active = await listTasks(engine, [service], { signal, filters: { "desired-state": ["running"] } });
  const running = active.filter(isRunning);
  if (running.length === 0) return;
  const names = running.toSorted((a, b) => (a.Slot ?? 0) - (b.Slot ?? 0)).map((task) => taskName(Spec.Name, task));
  const restarts =
    replicas < running.length
      ? `${replicas} of the tasks ${names.join(", ")} stay and restart`
      : `${names.join(", ")} ${names.length === 1 ? "restarts" : "restart"}`;
  observer({
    type: "warning",
    service: Spec.Name,
    warning: {
      code: "INSTANCES_RESTART",
      service: Spec.Name,
      strategy: "swarm",
      field: `env.${REPLICAS_VARIABLE}`,
      reason: `${REPLICAS_VARIABLE} changes to ${replicas}: ${restarts}.`,
    },
  });
}
