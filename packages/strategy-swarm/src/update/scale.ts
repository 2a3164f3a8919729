import { isDeepStrictEqual } from "node:util";
import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import { REPLICAS_VARIABLE, withReplicasVariable } from "@openfactory/docker-translators";
import { findService } from "../observe/services.js";
import { taskName } from "../observe/status.js";
import { isRunning } from "../observe/tasks.js";
import { revisionOf } from "../settings.js";
import { sendServiceUpdate } from "./service-update.js";

/**
 * Sets the number of replicas of the service as it is: what somebody else changes at the same time stays changed. The
 * variable `SWARM_REPLICAS` that `replicaEnv` added follows in the same update, which restarts the tasks that stay: the
 * observer gets the warning `INSTANCES_RESTART`.
 * @throws DeploymentError `INVALID_REQUEST`, `NOT_FOUND`, `UNSUPPORTED` (a service without replicas), `ABORTED`.
 */
export async function scaleService(
  engine: DockerEngine,
  serviceName: string,
  replicas: number,
  options: OperationOptions,
): Promise<void> {
  if (!Number.isSafeInteger(replicas) || replicas < 0) {
    throw new DeploymentError("INVALID_REQUEST", "The number of replicas is not a whole number of at least 0.", {
      service: serviceName,
      hint: "Give the number of replicas that should run.",
    });
  }
  const service = await findService(engine, serviceName, options);
  await warnOfRestarts(engine, service, replicas, options);
  await sendServiceUpdate(
    engine,
    service,
    {
      step: "scale",
      decide: ({ Spec }) => ({ spec: scaled(Spec, replicas) }),
      isApplied: ({ Spec }, before) => revisionOf(Spec) === revisionOf(scaled(before.Spec, replicas)),
    },
    options,
  );
}

/** @throws DeploymentError `UNSUPPORTED`. */
function scaled(spec: ServiceSpec, Replicas: number): ServiceSpec {
  if (spec.Mode?.Replicated) {
    return { ...withReplicasVariable(spec, Replicas), Mode: { Replicated: { ...spec.Mode.Replicated, Replicas } } };
  }
  throw new DeploymentError("UNSUPPORTED", `Service ${spec.Name} has no replicas: it is ${kindOf(spec)}.`, {
    service: spec.Name,
    hint: "Only a replicated service has a number of replicas that can be set.",
  });
}

const kindOf = ({ Mode }: ServiceSpec): string => (Mode?.Global ? "global" : "a job");

/** One call more, of a service whose tasks restart. */
async function warnOfRestarts(
  engine: DockerEngine,
  { ID, Spec }: ServiceDetails,
  replicas: number,
  { signal, observer }: OperationOptions,
): Promise<void> {
  if (observer === undefined || replicas === 0) return;
  if (isDeepStrictEqual(scaled(Spec, replicas).TaskTemplate, Spec.TaskTemplate)) return;
  const running = (await engine.tasks.list({ service: [ID], "desired-state": ["running"] }, { signal })).filter(
    isRunning,
  );
  if (running.length === 0) return;
  const names = running.toSorted((a, b) => (a.Slot ?? 0) - (b.Slot ?? 0)).map((task) => taskName(Spec.Name, task));
  const which =
    replicas < running.length
      ? `${replicas} of the tasks ${names.join(", ")} stay and restart`
      : `${names.join(", ")} restart`;
  observer({
    type: "warning",
    service: Spec.Name,
    warning: {
      code: "INSTANCES_RESTART",
      service: Spec.Name,
      strategy: "swarm",
      field: `env.${REPLICAS_VARIABLE}`,
      reason: `${REPLICAS_VARIABLE} changes to ${replicas}: ${which}.`,
    },
  });
}
