import { DeploymentError, type DeploymentWarning, type UpdateOptions } from "@openfactory/deploy-core";
import { type DockerEngine, engineWarnings } from "@openfactory/docker-engine";
import { REPLACES_LABEL } from "@openfactory/docker-translators";
import { formatContainerName } from "../containers/names.js";
import { recoverService } from "../containers/recovery.js";
import { createContainer } from "../deploy/create-container.js";
import { joinNetworks } from "../deploy/deploy.js";
import type { PlannedContainer } from "../deploy/plan-containers.js";
import { revisionOf } from "../settings.js";
import { creationWarnings } from "../warnings.js";
import { hostResourcesOfRequest } from "./host-resources.js";
import { modifiedError, replaceVersion, type VersionChange } from "./replace-version.js";

/** The result of an update or a rollback. */
export interface UpdateResult {
  /** The ids of the current containers. */
  ids: string[];
  warnings: DeploymentWarning[];
}

/**
 * Replaces the containers of a service with new ones. The old containers are kept, stopped, for a rollback.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT`, `TASK_FAILED`, `TIMEOUT`, ... The old version is then restored.
 */
export async function updateService(
  engine: DockerEngine,
  service: string,
  planned: readonly PlannedContainer[],
  options: UpdateOptions,
): Promise<UpdateResult> {
  const { current, previous } = await recoverService(engine, service, options);
  const revision = revisionOf(current.map(({ details }) => details));
  if (options.revision !== undefined && options.revision !== revision) throw changedSincePlan(service);

  const change: VersionChange = { service, current, previous, candidates: [], warnings: [] };
  const replaces = current[0]?.version ?? "";
  const createCandidates = async (): Promise<void> => {
    for (const container of planned) await createCandidate(engine, change, container, replaces, options);
  };
  const hostResources = planned
    .filter(({ placeholder }) => !placeholder)
    .map(({ request }) => hostResourcesOfRequest(request));
  const engineTexts = await replaceVersion(engine, change, hostResources, createCandidates, options);
  return {
    ids: change.candidates.map(({ id }) => id),
    warnings: [...change.warnings, ...engineWarnings(service, "docker", engineTexts)],
  };
}

async function createCandidate(
  engine: DockerEngine,
  change: VersionChange,
  container: PlannedContainer,
  replaces: string,
  options: UpdateOptions,
): Promise<void> {
  const { request, base, labels, placeholder = false, policy } = container;
  const initialName = formatContainerName({ base, role: "candidate" });
  const candidate = { ...container, initialName, labels: { ...labels, [REPLACES_LABEL]: replaces } };
  try {
    const { id, warnings, pullWarnings } = await createContainer(engine, candidate, options);
    change.candidates.push({ id, base, role: "candidate", request, placeholder, policy });
    change.warnings.push(...pullWarnings, ...creationWarnings(change.service, warnings, options));
    await joinNetworks(engine, id, candidate, options);
  } catch (error) {
    // Recovery has removed the candidates of interrupted updates: this one belongs to another update that is in progress.
    if (DeploymentError.isInstance(error, "ALREADY_EXISTS")) throw modifiedError(change.service, error.cause);
    throw error;
  }
}

const changedSincePlan = (service: string): DeploymentError =>
  new DeploymentError("CONFLICT", `Service ${service} was modified since the plan was made.`, {
    service,
    hint: "Run `ofdeploy plan` to see the difference, then run `ofdeploy up` again.",
  });
