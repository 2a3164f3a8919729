import { randomUUID } from "node:crypto";
import {
  type Deployment,
  type DeployOptions,
  type NormalizedRequest,
  throwIfAborted,
  undoIfAborted,
} from "@openfactory/deploy-core";
import {
  type DockerEngine,
  engineWarnings,
  ifUnanswered,
  labelFilter,
  type ServiceCreated,
} from "@openfactory/docker-engine";
import { OPERATION_LABEL, type ServiceCreateBody, toServiceSpec } from "@openfactory/docker-translators";
import { resolveImage } from "./images.js";
import { resolveFiles } from "./resolve-files.js";
import { explainCreateError } from "./spec-error.js";

/**
 * Creates a service: one call, and one more each for a digest, for secrets and for configs if the request has them.
 * @throws DeploymentError see `OpenFactoryServiceDeploymentStrategy.deploy`.
 */
export async function deployService(
  engine: DockerEngine,
  request: NormalizedRequest,
  options: DeployOptions,
): Promise<Deployment> {
  const { signal, observer } = options;
  const { name } = request;
  const { image, authFor, warnings } = await resolveImage(engine, request, options);
  for (const warning of warnings) observer?.({ type: "warning", service: name, warning });
  const files = await resolveFiles(engine, request, { signal });
  const apiVersion = await engine.apiVersion({ signal });

  throwIfAborted(signal, { service: name });
  observer?.({ type: "step", service: name, step: "create" });
  const operation = randomUUID();
  const spec = toServiceSpec(request, { apiVersion, image, ...files });
  spec.Labels = { ...spec.Labels, [OPERATION_LABEL]: operation };
  const created = await create(engine, request, { spec, authFor, operation });
  await undoIfAborted(signal, () => engine.services.remove(created.id), { service: name });
  return {
    name,
    ids: [created.id],
    image,
    warnings: [...warnings, ...engineWarnings(name, "swarm", created.warnings)],
  };
}

async function create(
  engine: DockerEngine,
  request: NormalizedRequest,
  { spec, authFor, operation }: { spec: ServiceCreateBody; authFor: string | undefined; operation: string },
): Promise<ServiceCreated> {
  try {
    // Without the signal: an answer that is not awaited would leave a service behind.
    return await engine.services.create(spec, { image: authFor });
  } catch (error) {
    await ifUnanswered(error, () => removeCreated(engine, operation));
    throw await explainCreateError(engine, request, error);
  }
}

/** Removes the service that the swarm may have created. */
async function removeCreated(engine: DockerEngine, operation: string): Promise<void> {
  const created = await engine.services.list(labelFilter({ [OPERATION_LABEL]: operation }));
  await Promise.all(created.map(({ ID }) => engine.services.remove(ID)));
}
