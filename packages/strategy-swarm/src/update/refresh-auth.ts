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

/** Swarm itself changes a service's version now and then, most of all of one that is new. */
const ATTEMPTS = 5;
const BETWEEN_ATTEMPTS_MS = 50;

/**
 * Stores the user's present registry credentials with a service: an update to the same spec, for which Swarm replaces no
 * task that has its image (Engine API, ServiceUpdate with `X-Registry-Auth`).
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT`, and as the credentials' look-up.
 */
export async function refreshServiceAuth(
  engine: DockerEngine,
  serviceName: string,
  { signal, observer }: OperationOptions,
): Promise<AuthRefresh> {
  const service = await findService(engine, serviceName, { signal });
  const kept = await reasonToSkip(engine, service, signal);
  const warnings = kept === undefined ? previousLostWarnings(service) : [kept];
  for (const warning of warnings) observer?.({ type: "warning", service: serviceName, warning });
  if (kept !== undefined) return { name: serviceName, renewed: false, warnings };
  assertNoUpdateInProgress(service);
  throwIfAborted(signal, { service: serviceName });
  observer?.({ type: "step", service: serviceName, step: "refresh-auth", id: service.ID });
  await storeAuth(engine, service, signal);
  return { name: serviceName, renewed: true, warnings };
}

const imageOf = ({ Spec }: ServiceDetails): string => Spec.TaskTemplate.ContainerSpec?.Image ?? "";

/** Why nothing is there to be stored; undefined: something is. */
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
    return warning("Its pull policy is never: no credentials are stored with it.");
  const registry = registryOf(image);
  if (registry === undefined)
    return warning("Its image is named by an id, which is in no registry: it needs no credentials.");
  const note = await engine.images.credentials(image, { signal });
  // Here the credentials are all that was asked for: without them, nothing is renewed.
  if (note?.unavailable) {
    const { message, hint } = note.problem ?? { message: `There are no credentials for ${registry}`, hint: undefined };
    throw new DeploymentError("UNAUTHORIZED", `${message}.`, { service: Name, field: "image", hint });
  }
  if (note !== undefined) return undefined;
  return warning(
    `Docker's config.json has no credentials for ${registry} here: what is stored with the service is left as it is.`,
  );
}

/** Swarm keeps one version before the present one, and takes every update for a new version. */
function previousLostWarnings({ Spec, PreviousSpec }: ServiceDetails): DeploymentWarning[] {
  if (PreviousSpec === undefined || isDeepStrictEqual(PreviousSpec, Spec)) return [];
  const reason =
    "Swarm keeps one earlier version of a service, and takes new credentials for a version: a rollback has nothing older to go back to.";
  return [{ code: "PREVIOUS_VERSION_LOST", service: Spec.Name, strategy: "swarm", reason }];
}

/** An update under way would be begun anew, without the version it can go back to; one that stopped would go on. */
function assertNoUpdateInProgress({ Spec, UpdateStatus }: ServiceDetails): void {
  const { State } = UpdateStatus ?? {};
  if (State === undefined || State === "completed" || State === "rollback_completed") return;
  const stopped = State.endsWith("paused");
  throw new DeploymentError(
    "CONFLICT",
    `The ${State.startsWith("rollback") ? "rollback" : "last update"} of ${Spec.Name} ${stopped ? "has stopped half-way" : "is under way"}.`,
    {
      service: Spec.Name,
      hint: stopped
        ? "Deploy it again, which stores new credentials as well, or roll it back."
        : "Wait until it has ended; an update stores new credentials as well.",
    },
  );
}

async function storeAuth(engine: DockerEngine, seen: ServiceDetails, signal: AbortSignal | undefined): Promise<void> {
  const { ID, Spec } = seen;
  let version = seen.Version.Index;
  for (let attempt = 1; ; attempt++) {
    try {
      // Not given the signal: it takes milliseconds, and whoever aborts is to know which credentials are stored.
      await engine.services.update(ID, version, Spec, { image: imageOf(seen) });
      return;
    } catch (error) {
      if (!DeploymentError.isInstance(error, "CONFLICT") || attempt === ATTEMPTS) throw error;
      await sleep(BETWEEN_ATTEMPTS_MS, signal, { service: Spec.Name });
      const now = await engine.services.inspect(ID, { signal });
      // What another has made of it is not to be undone.
      if (!isDeepStrictEqual(now.Spec, Spec)) throw error;
      assertNoUpdateInProgress(now);
      version = now.Version.Index;
    }
  }
}
