import { isDeepStrictEqual } from "node:util";
import { DeploymentError, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import { constraintsOf, eligibleNodes } from "../observe/eligible-nodes.js";
import { findService, type Observation, servicePoller } from "../observe/services.js";
import { isSameTemplate } from "../observe/tasks.js";

/** What is sent to change a service (Engine API, ServiceUpdate). */
interface UpdateBody {
  spec: object;
  /** Whose registry credentials go along. Default: those stored with the service stay. */
  image?: string;
  rollback?: "previous";
}

/** A change of a service. */
export interface ServiceUpdate {
  /** Its name among the progress events. */
  step: "update" | "rollback" | "scale";
  /** What to send, going by the service as it is. @throws DeploymentError if it may not be changed so. */
  decide(service: ServiceDetails): UpdateBody;
  /** Whether a service is what this change made of `before`. */
  isApplied(service: ServiceDetails, before: ServiceDetails): boolean;
}

export interface UpdatedService {
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
export async function sendServiceUpdate(
  engine: DockerEngine,
  seen: ServiceDetails,
  change: ServiceUpdate,
  { signal, observer }: OperationOptions,
): Promise<UpdatedService> {
  const { Name: service } = seen.Spec;
  let before = seen;
  for (let attempt = 1; ; attempt += 1) {
    const body = change.decide(before);
    if (attempt === 1) observer?.({ type: "step", service, step: change.step, id: seen.ID });
    throwIfAborted(signal, { service });
    const warnings = await send(engine, change, { before, body, last: attempt === ATTEMPTS });
    if (warnings !== undefined) return waitOrRevert(engine, change, { before, warnings }, signal);
    before = await findService(engine, service, { signal });
  }
}

/** @returns the engine's warnings; undefined if there is a newer version of the service, or it is gone: it must be looked for. */
async function send(
  engine: DockerEngine,
  change: ServiceUpdate,
  { before, body: { spec, ...options }, last }: { before: ServiceDetails; body: UpdateBody; last: boolean },
): Promise<string[] | undefined> {
  try {
    // Not given the signal: it takes milliseconds, and what came of it has to be known.
    return (await engine.services.update(before.ID, before.Version.Index, spec, options)).warnings;
  } catch (error) {
    const isOther = DeploymentError.isInstance(error, "CONFLICT") || DeploymentError.isInstance(error, "NOT_FOUND");
    if (isOther && !last) return undefined;
    if (await wasApplied(engine, change, before, error)) return [];
    throw error;
  }
}

/** Whether a change was made though its answer never came. */
async function wasApplied(
  engine: DockerEngine,
  change: ServiceUpdate,
  before: ServiceDetails,
  error: unknown,
): Promise<boolean> {
  const unanswered =
    DeploymentError.isInstance(error, "TIMEOUT") || DeploymentError.isInstance(error, "ENGINE_UNREACHABLE");
  if (!unanswered) return false;
  try {
    return change.isApplied(await engine.services.inspect(before.ID), before);
  } catch {
    // The engine still does not answer: the first error says so, and is thrown.
    return false;
  }
}

async function waitOrRevert(
  engine: DockerEngine,
  change: ServiceUpdate,
  changed: UpdatedService,
  signal: AbortSignal | undefined,
): Promise<UpdatedService> {
  try {
    throwIfAborted(signal, { service: changed.before.Spec.Name });
    await waitForUpdateStart(engine, changed.before, { signal });
    return changed;
  } catch (aborted) {
    await revert(engine, change, changed.before);
    throw aborted;
  }
}

/** Makes a service what it was before the change, unless somebody else has changed it since. */
async function revert(engine: DockerEngine, change: ServiceUpdate, before: ServiceDetails): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const service = await findService(engine, before.Spec.Name);
    if (!change.isApplied(service, before)) return;
    try {
      await engine.services.update(service.ID, service.Version.Index, service.Spec, { rollback: "previous" });
      return;
    } catch (error) {
      if (!DeploymentError.isInstance(error, "CONFLICT") || attempt === ATTEMPTS) throw error;
    }
  }
}

const LOOK_EVERY_MS = 25;
/** The swarm takes milliseconds, but for the moments in which it chooses another leader. */
const START_TIMEOUT_MS = 10_000;

/**
 * Waits until the swarm has begun to replace the tasks of a service that was changed: until then they run as if nothing
 * had happened. Resolves at once where the change replaces none.
 * @throws DeploymentError `ABORTED`. That the swarm can't be asked is no error here: the change is made.
 */
async function waitForUpdateStart(
  engine: DockerEngine,
  before: ServiceDetails,
  { signal }: OperationOptions,
): Promise<void> {
  if (before.Spec.Mode?.Replicated?.Replicas === 0) return;
  const { Name: service } = before.Spec;
  const end = Date.now() + START_TIMEOUT_MS;
  const look = (withinMs: number) => servicePoller(engine).next(service, { signal, service, withinMs });
  const isUnchanged = ({ service: after }: Observation) => after.ID === before.ID && after.UpdateStatus === undefined;
  try {
    let after = await look(0);
    if (!isUnchanged(after) || !(await replacesTasks(engine, before, after, { signal }))) return;
    while (isUnchanged(after) && Date.now() < end) after = await look(LOOK_EVERY_MS);
  } catch (error) {
    if (signal?.aborted || !DeploymentError.isInstance(error)) throw error;
  }
}

/** Whether there are tasks that the change makes the swarm replace. A job begins anew at once. */
async function replacesTasks(
  engine: DockerEngine,
  { Spec: from }: ServiceDetails,
  { service: { Spec: to }, tasks: all }: Observation,
  options: CallOptions,
): Promise<boolean> {
  const [isOther, isElsewhere] = [changesTask(from, to), !isDeepStrictEqual(constraintsOf(from), constraintsOf(to))];
  if (to.Mode?.ReplicatedJob || to.Mode?.GlobalJob || !(isOther || isElsewhere)) return false;
  const tasks = all.filter(({ DesiredState }) => DesiredState === "running");
  if (isOther || tasks.length === 0) return tasks.length > 0;
  const fitting = new Set(eligibleNodes(await engine.nodes.list(options), constraintsOf(to)).map((node) => node.ID));
  return tasks.some(({ NodeID }) => NodeID !== undefined && !fitting.has(NodeID));
}

const changesTask = (from: ServiceSpec, to: ServiceSpec): boolean =>
  !isSameTemplate(from.TaskTemplate, to.TaskTemplate) || !isDeepStrictEqual(from.EndpointSpec, to.EndpointSpec);
