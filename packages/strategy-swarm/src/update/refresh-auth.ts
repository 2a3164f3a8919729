import { isDeepStrictEqual } from "node:util";
import {
  type AuthRefresh,
  DeploymentError,
  type DeploymentWarning,
  type OperationOptions,
  sleep,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { type DockerEngine, registryOf, type ServiceDetails } from "@openfactory/docker-engine";
import { PULL_POLICY_LABEL } from "@openfactory/docker-translators";
import { findService } from "../observe/services.js";
import { previousSpec } from "../settings.js";

/** The swarm itself increments the version of a service now and then, mostly of a new one. */
const ATTEMPTS = 5;
const BETWEEN_ATTEMPTS_MS = 50;

/**
 * Stores the user's current registry credentials with a service, by an update to the same spec. Swarm replaces no task
 * that has its image (Engine API, ServiceUpdate with `X-Registry-Auth`).
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT`, and the errors of the credentials' lookup.
 */
export async function refreshServiceAuth(
  engine: DockerEngine,
  serviceName: string,
  { signal, observer }: OperationOptions,
): Promise<AuthRefresh> {
  const service = await findService(engine, serviceName, { signal });
  const skipped = await reasonToSkip(engine, service, signal);
  const warnings = skipped === undefined ? previousLostWarnings(service) : [skipped];
  for (const warning of warnings) observer?.({ type: "warning", service: serviceName, warning });
  if (skipped !== undefined) return { name: serviceName, renewed: false, warnings };
  assertNoUpdateInProgress(service);
  throwIfAborted(signal, { service: serviceName });
  observer?.({ type: "step", service: serviceName, step: "refresh-auth", id: service.ID });
  await storeAuth(engine, service, signal);
  return { name: serviceName, renewed: true, warnings };
}

const imageOf = ({ Spec }: ServiceDetails): string => Spec.TaskTemplate.ContainerSpec?.Image ?? "";

/** @returns why there are no credentials to store; undefined if there are. */
async function reasonToSkip(
  engine: DockerEngine,
  service: ServiceDetails,
  signal: AbortSignal | undefined,
): Promise<DeploymentWarning | undefined> {
  const { Name, Labels } = service.Spec;
  const image = imageOf(service);
  const warning = (reason: string): DeploymentWarning => ({
    code: "NO_CREDENTIALS",
    service: Name,
    strategy: "swarm",
    field: "image",
    reason,
  });
  if (Labels?.[PULL_POLICY_LABEL] === "never")
    return warning(`The pull policy of service ${Name} is never: the service stores no credentials.`);
  const registry = registryOf(image);
  if (registry === undefined)
    return warning(
      `The image of service ${Name} is an image id, which no registry has: the service needs no credentials.`,
    );
  const note = await engine.images.credentials(image, { signal });
  // Unlike a deploy, a refresh can do nothing without credentials.
  if (note?.unavailable) {
    const { message, hint } = note.problem ?? { message: `There are no credentials for ${registry}`, hint: undefined };
    throw new DeploymentError("UNAUTHORIZED", `${message}.`, { service: Name, field: "image", hint });
  }
  if (note !== undefined) return undefined;
  return warning(`Docker's config.json has no credentials for ${registry}: the stored credentials were not changed.`);
}

/** Swarm keeps one earlier version, and counts every update as a version. */
export function previousLostWarnings(service: ServiceDetails, change = "new credentials"): DeploymentWarning[] {
  if (previousSpec(service) === undefined) return [];
  const reason = `Swarm keeps one earlier version of a service and counts ${change} as a version: no earlier version is left for a rollback.`;
  return [{ code: "PREVIOUS_VERSION_LOST", service: service.Spec.Name, strategy: "swarm", reason }];
}

/** An update to the same spec would restart an update in progress without its earlier version, or resume a paused one. */
export function assertNoUpdateInProgress(
  { Spec, UpdateStatus }: ServiceDetails,
  pausedHint = "Deploy the service again, which also stores new credentials, or roll it back.",
): void {
  const { State } = UpdateStatus ?? {};
  if (State === undefined || State === "completed" || State === "rollback_completed") return;
  const change = State.startsWith("rollback") ? "rollback" : "last update";
  const isPaused = State.endsWith("paused");
  throw new DeploymentError(
    "CONFLICT",
    `The ${change} of service ${Spec.Name} is ${isPaused ? "paused" : "in progress"}.`,
    {
      service: Spec.Name,
      hint: isPaused ? pausedHint : `Wait until the ${change} has ended, then run the command again.`,
    },
  );
}

async function storeAuth(
  engine: DockerEngine,
  observed: ServiceDetails,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ID, Spec } = observed;
  let version = observed.Version.Index;
  for (let attempt = 1; ; attempt++) {
    try {
      // Without the signal: the caller must know which credentials are stored.
      await engine.services.update(ID, version, Spec, { image: imageOf(observed) });
      return;
    } catch (error) {
      if (!DeploymentError.isInstance(error, "CONFLICT") || attempt === ATTEMPTS) throw error;
      await sleep(BETWEEN_ATTEMPTS_MS, signal, { service: Spec.Name });
      const current = await engine.services.inspect(ID, { signal });
      // A concurrent change must not be undone.
      if (!isDeepStrictEqual(current.Spec, Spec)) throw error;
      assertNoUpdateInProgress(current);
      version = current.Version.Index;
    }
  }
}
