import { DeploymentError, type Deployment, type OperationOptions } from "@openfactory/deploy-core";
import { type DockerEngine, engineWarnings, type ServiceDetails, type ServiceSpec } from "@openfactory/docker-engine";
import { withSpecErrors } from "../deploy/spec-error.js";
import { findService } from "../observe/services.js";
import { previousSpec, revisionOf } from "../settings.js";
import { isStopped } from "../processes/stopped.js";
import { sendServiceUpdate, type ServiceUpdate } from "./service-update.js";

/**
 * Makes the swarm restore the version before the last update. The swarm keeps the version that it replaces, so a second
 * rollback restores that one. After a rollback of its own, the swarm keeps no earlier version.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (no earlier version, or modified at the same time), `ABORTED`.
 */
export async function rollbackService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<Deployment> {
  const service = await findService(engine, serviceName, options);
  const earlier = earlierVersion(service);
  const rollback: ServiceUpdate = {
    step: "rollback",
    bodyFor(current) {
      // The version to restore must be the one that the caller saw.
      if (!isSame(earlierVersion(current), earlier)) throw modifiedDuringRollback(serviceName);
      if (current.PreviousSpec === undefined || !isStopped(current.PreviousSpec))
        return { spec: current.Spec, rollback: "previous" };
      // The swarm would restore it stopped.
      return { spec: earlier, registryAuthFrom: "previous-spec" };
    },
    isApplied: ({ Spec, PreviousSpec }, { Spec: replaced }) => isSame(Spec, earlier) && isSame(PreviousSpec, replaced),
  };
  // Another service may use a port of the earlier version now.
  const { before, warnings } = await withSpecErrors({ name: serviceName }, () =>
    sendServiceUpdate(engine, service, rollback, options),
  );
  return {
    name: serviceName,
    ids: [before.ID],
    image: earlier.TaskTemplate.ContainerSpec?.Image ?? "",
    warnings: engineWarnings(serviceName, "swarm", warnings),
  };
}

const isSame = (a: ServiceSpec | undefined, b: ServiceSpec): boolean =>
  a !== undefined && revisionOf(a) === revisionOf(b);

/** @throws DeploymentError `CONFLICT` if there is none. */
function earlierVersion(service: ServiceDetails): ServiceSpec {
  const previous = previousSpec(service);
  if (previous !== undefined) return previous;
  const { Name } = service.Spec;
  throw new DeploymentError("CONFLICT", `Service ${Name} has no previous version to roll back to.`, {
    service: Name,
    hint: "Deploy the version that you want. Swarm keeps no previous version of a service that was never updated, or that it rolled back itself.",
  });
}

const modifiedDuringRollback = (service: string): DeploymentError =>
  new DeploymentError("CONFLICT", `Service ${service} was modified during the rollback.`, {
    service,
    hint: "Check the service with `ofdeploy ps`, then run the rollback again. The service was not rolled back.",
  });
