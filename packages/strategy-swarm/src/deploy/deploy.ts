import { randomUUID } from "node:crypto";
import {
  DeploymentError,
  type Deployment,
  type DeploymentWarning,
  type DeployOptions,
  type NormalizedRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine, ServiceCreated } from "@openfactory/docker-engine";
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
  await removeIfAborted(engine, created, name, signal);
  return {
    name,
    ids: [created.id],
    image,
    warnings: [...warnings, ...created.warnings.map((reason) => engineWarning(name, reason))],
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
    if (DeploymentError.isInstance(error, "TIMEOUT") || DeploymentError.isInstance(error, "ENGINE_UNREACHABLE")) {
      await removeUnanswered(engine, operation);
    }
    throw await explainCreateError(engine, request, error);
  }
}

/** The swarm may have created the service although the answer was lost. */
async function removeUnanswered(engine: DockerEngine, operation: string): Promise<void> {
  try {
    const created = await engine.services.list({ label: [`${OPERATION_LABEL}=${operation}`] });
    await Promise.all(created.map(({ ID }) => engine.services.remove(ID)));
  } catch {
    // The engine still does not answer: the first error is thrown.
  }
}

async function removeIfAborted(
  engine: DockerEngine,
  created: ServiceCreated,
  service: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    throwIfAborted(signal, { service });
  } catch (aborted) {
    await engine.services.remove(created.id);
    throw aborted;
  }
}

/** A warning that the engine returned. */
export const engineWarning = (service: string, reason: string): DeploymentWarning => ({
  code: "ENGINE_WARNING",
  service,
  strategy: "swarm",
  reason,
});
