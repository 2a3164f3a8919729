import { DeploymentError, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails } from "@openfactory/docker-engine";
import { findService } from "./find-service.js";
import { untilTakenUp } from "./taken-up.js";

/** What is sent to change a service (Engine API, ServiceUpdate). */
interface ChangeBody {
  spec: object;
  /** Whose registry credentials go along. Default: those stored with the service stay. */
  image?: string;
  rollback?: "previous";
}

/** A change of a service. */
export interface ServiceChange {
  /** Its name among the progress events. */
  step: "update" | "rollback" | "scale";
  /** What to send, going by the service as it is. @throws DeploymentError if it may not be changed so. */
  decide(service: ServiceDetails): ChangeBody;
  /** Whether a service is what this change made of `before`. */
  isOutcome(service: ServiceDetails, before: ServiceDetails): boolean;
}

export interface ChangedService {
  /** What the service was. */
  before: ServiceDetails;
  /** The engine's warnings. */
  warnings: string[];
}

/** How often somebody else may get in between, one time after the other. */
const ATTEMPTS = 10;

/**
 * Changes a service that was seen, and resolves when the swarm has taken that up. The engine takes a change of the newest
 * version only: when it says that there is a newer one, the change is decided anew by that.
 * @throws DeploymentError what `decide` throws; `CONFLICT` when it is changed all the time; `ABORTED`, the service put
 * back.
 */
export async function changeService(
  engine: DockerEngine,
  seen: ServiceDetails,
  change: ServiceChange,
  { signal, observer }: OperationOptions,
): Promise<ChangedService> {
  const { Name: service } = seen.Spec;
  let before = seen;
  for (let attempt = 1; ; attempt += 1) {
    const body = change.decide(before);
    if (attempt === 1) observer?.({ type: "step", service, step: change.step, id: seen.ID });
    throwIfAborted(signal, { service });
    const warnings = await send(engine, change, { before, body, last: attempt === ATTEMPTS });
    if (warnings !== undefined) return takenUp(engine, change, { before, warnings }, signal);
    before = await findService(engine, service, { signal });
  }
}

/** @returns the engine's warnings; undefined if there is a newer version of the service, or it is gone: it must be looked for. */
async function send(
  engine: DockerEngine,
  change: ServiceChange,
  { before, body: { spec, ...options }, last }: { before: ServiceDetails; body: ChangeBody; last: boolean },
): Promise<string[] | undefined> {
  try {
    // Not given the signal: it takes milliseconds, and what came of it has to be known.
    return (await engine.services.update(before.ID, before.Version.Index, spec, options)).warnings;
  } catch (error) {
    const isOther = DeploymentError.isInstance(error, "CONFLICT") || DeploymentError.isInstance(error, "NOT_FOUND");
    if (isOther && !last) return undefined;
    if (await isDone(engine, change, before, error)) return [];
    throw error;
  }
}

/** Whether a change was made though its answer never came. */
async function isDone(
  engine: DockerEngine,
  change: ServiceChange,
  before: ServiceDetails,
  error: unknown,
): Promise<boolean> {
  const unanswered =
    DeploymentError.isInstance(error, "TIMEOUT") || DeploymentError.isInstance(error, "ENGINE_UNREACHABLE");
  if (!unanswered) return false;
  try {
    return change.isOutcome(await engine.services.inspect(before.ID), before);
  } catch {
    // The engine still does not answer: the first error says so, and is thrown.
    return false;
  }
}

async function takenUp(
  engine: DockerEngine,
  change: ServiceChange,
  changed: ChangedService,
  signal: AbortSignal | undefined,
): Promise<ChangedService> {
  try {
    throwIfAborted(signal, { service: changed.before.Spec.Name });
    await untilTakenUp(engine, changed.before, { signal });
    return changed;
  } catch (aborted) {
    await putBack(engine, change, changed.before);
    throw aborted;
  }
}

/** Makes a service what it was before the change, unless somebody else has changed it since. */
async function putBack(engine: DockerEngine, change: ServiceChange, before: ServiceDetails): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const service = await findService(engine, before.Spec.Name);
    if (!change.isOutcome(service, before)) return;
    try {
      await engine.services.update(service.ID, service.Version.Index, service.Spec, { rollback: "previous" });
      return;
    } catch (error) {
      if (!DeploymentError.isInstance(error, "CONFLICT") || attempt === ATTEMPTS) throw error;
    }
  }
}
