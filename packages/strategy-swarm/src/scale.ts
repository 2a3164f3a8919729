import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceSpec } from "@openfactory/docker-engine";
import { changeService } from "./change-service.js";
import { findService } from "./find-service.js";
import { revisionOf } from "./revision.js";

/**
 * Sets the number of replicas of the service as it is: what somebody else changes at the same time stays changed.
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
  await changeService(
    engine,
    service,
    {
      step: "scale",
      decide: ({ Spec }) => ({ spec: scaled(Spec, replicas) }),
      isOutcome: ({ Spec }, before) => revisionOf(Spec) === revisionOf(scaled(before.Spec, replicas)),
    },
    options,
  );
}

/** @throws DeploymentError `UNSUPPORTED`. */
function scaled(spec: ServiceSpec, Replicas: number): ServiceSpec {
  if (spec.Mode?.Replicated) return { ...spec, Mode: { Replicated: { ...spec.Mode.Replicated, Replicas } } };
  throw new DeploymentError("UNSUPPORTED", `Service ${spec.Name} has no replicas: it is ${kindOf(spec)}.`, {
    service: spec.Name,
    hint: "Only a replicated service has a number of replicas that can be set.",
  });
}

const kindOf = ({ Mode }: ServiceSpec): string => (Mode?.Global ? "global" : "a job");
