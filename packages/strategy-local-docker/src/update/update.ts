import { DeploymentError, type DeploymentWarning, type UpdateOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { REPLACES_LABEL } from "@openfactory/docker-translators";
import { nameAt } from "../containers/names.js";
import { settledService } from "../containers/recovery.js";
import { createContainer } from "../deploy/create-container.js";
import { joinNetworks } from "../deploy/deploy.js";
import type { PlannedContainer } from "../deploy/plan-containers.js";
import { revisionOf } from "../settings.js";
import { engineWarning, engineWarnings } from "../warnings.js";
import { claimsOfRequest } from "./host-resources.js";
import { makeChange } from "./replace-version.js";
import { type Change, interference } from "./update-order.js";

/** What a change of a service has come to. */
export interface Changed {
  /** Of the containers that are the service now. */
  ids: string[];
  warnings: DeploymentWarning[];
}

/**
 * Has a service run as planned, in containers made anew; those of before are kept, stopped, for a rollback.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT`, `TASK_FAILED`, `TIMEOUT`, ..., the service being as it was.
 */
export async function updateService(
  engine: DockerEngine,
  service: string,
  planned: readonly PlannedContainer[],
  options: UpdateOptions,
): Promise<Changed> {
  const { current, previous } = await settledService(engine, service, options);
  const seen = revisionOf(current.map(({ details }) => details));
  if (options.revision !== undefined && options.revision !== seen) throw changedSince(service);

  const change: Change = { service, current, previous, candidates: [], warnings: [] };
  const replaces = current[0]?.version ?? "";
  const makeCandidates = async (): Promise<void> => {
    for (const container of planned) await makeCandidate(engine, change, container, replaces, options);
  };
  const claims = planned.filter(({ idle }) => !idle).map(({ request }) => claimsOfRequest(request));
  const untidy = await makeChange(engine, change, claims, makeCandidates, options);
  return {
    ids: change.candidates.map(({ id }) => id),
    warnings: [...change.warnings, ...untidy.map((reason) => engineWarning(service, reason))],
  };
}

async function makeCandidate(
  engine: DockerEngine,
  change: Change,
  container: PlannedContainer,
  replaces: string,
  options: UpdateOptions,
): Promise<void> {
  const { request, base, labels, idle = false, policy } = container;
  const madeAs = nameAt({ base, role: "next" });
  const candidate = { ...container, madeAs, labels: { ...labels, [REPLACES_LABEL]: replaces } };
  try {
    const { id, warnings, pulled } = await createContainer(engine, candidate, options);
    change.candidates.push({ id, base, role: "next", request, idle, policy });
    change.warnings.push(...pulled, ...engineWarnings(change.service, warnings, options));
    await joinNetworks(engine, id, candidate, options);
  } catch (error) {
    // What an update that was cut off had left by that name is gone: this one is another's, and under way.
    if (DeploymentError.isInstance(error, "ALREADY_EXISTS")) throw interference(change.service, error.cause);
    throw error;
  }
}

const changedSince = (service: string): DeploymentError =>
  new DeploymentError("CONFLICT", `${service} is not as it was when it was looked at: somebody else has changed it.`, {
    service,
    hint: "See what is there now, and decide again.",
  });
