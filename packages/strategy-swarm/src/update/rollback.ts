import { type Deployment, DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import { engineWarning } from "../deploy/deploy.js";
import { withSpecErrors } from "../deploy/spec-error.js";
import { findService } from "../observe/services.js";
import { previousSpec, revisionOf } from "../settings.js";
import { sendServiceUpdate, type ServiceUpdate } from "./service-update.js";

/**
 * Has the swarm bring back what the service was before its last update. The swarm keeps what it replaces, so that a second
 * time brings that back; when it rolled back by itself, it keeps nothing.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (no earlier version, or changed by another meanwhile), `ABORTED`.
 */
export async function rollbackService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<Deployment> {
  const service = await findService(engine, serviceName, options);
  const earlier = earlierVersion(service);
  const change: ServiceUpdate = {
    step: "rollback",
    decide(present) {
      // What is brought back must be what was there when it was asked for.
      if (!isSame(earlierVersion(present), earlier)) throw changedMeanwhile(serviceName);
      return { spec: present.Spec, rollback: "previous" };
    },
    isApplied: ({ Spec, PreviousSpec }, { Spec: replaced }) => isSame(Spec, earlier) && isSame(PreviousSpec, replaced),
  };
  // A port that the earlier version had, another service may have now.
  const { before, warnings } = await withSpecErrors({ name: serviceName }, () =>
    sendServiceUpdate(engine, service, change, options),
  );
  return {
    name: serviceName,
    ids: [before.ID],
    image: earlier.TaskTemplate.ContainerSpec?.Image ?? "",
    warnings: warnings.map((reason) => engineWarning(serviceName, reason)),
  };
}

const isSame = (a: ServiceSpec | undefined, b: ServiceSpec): boolean =>
  a !== undefined && revisionOf(a) === revisionOf(b);

/** @throws DeploymentError `CONFLICT` if there is none. */
function earlierVersion(service: ServiceDetails): ServiceSpec {
  const previous = previousSpec(service);
  if (previous !== undefined) return previous;
  const { Name } = service.Spec;
  throw new DeploymentError("CONFLICT", `Service ${Name} has no earlier version.`, {
    service: Name,
    hint: "Update it instead; a service that was never updated, or that the swarm rolled back by itself, has none.",
  });
}

const changedMeanwhile = (service: string): DeploymentError =>
  new DeploymentError("CONFLICT", `Service ${service} was changed by another at the same time.`, {
    service,
    hint: "Look at it again, and decide anew; it was not rolled back.",
  });
