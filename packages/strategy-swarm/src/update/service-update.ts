import { isDeepStrictEqual } from "node:util";
import { DeploymentError, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  ifUnanswered,
  type ServiceDetails,
  type ServiceSpec,
} from "@openfactory/docker-engine";
import { constraintsOf, eligibleNodes } from "../observe/eligible-nodes.js";
import { findService, servicePoller } from "../observe/services.js";
import { isSameTemplate, type Observation } from "../observe/tasks.js";

/** The body and options of the Engine API's ServiceUpdate. */
interface UpdateBody {
  spec: ServiceSpec;
  /** The image whose registry credentials are stored. Default: the stored credentials stay. */
  image?: string;
  rollback?: "previous";
  /** The spec whose stored registry credentials are kept. Default: the current one. */
  registryAuthFrom?: "previous-spec";
}

/** A change of a service by one ServiceUpdate: an update, a rollback or a new number of replicas. */
export interface ServiceUpdate {
  /** The name of the step in progress events. */
  step: "update" | "rollback" | "scale" | "restart" | "stop" | "start";
  /** The body for the service in its current version. @throws DeploymentError if that version can't be changed this way. */
  bodyFor(service: ServiceDetails): UpdateBody;
  /** Whether `service` is the result of this change of `before`. */
  isApplied(service: ServiceDetails, before: ServiceDetails): boolean;
}

export interface UpdatedService {
  /** The service before the change. */
  before: ServiceDetails;
  /** The engine's warnings. */
  warnings: string[];
}

/** How many times in a row the service may change before the update is given up. */
const ATTEMPTS = 10;

/**
 * Changes an observed service, and resolves when the swarm has started to replace tasks. The engine accepts a change of
 * the newest version only, so a service that has changed is read again and the body is built from its newer version.
 * @throws DeploymentError as `bodyFor`; `CONFLICT` if the service keeps changing; `ABORTED`, with the service reverted.
 */
export async function sendServiceUpdate(
  engine: DockerEngine,
  observed: ServiceDetails,
  update: ServiceUpdate,
  { signal, observer }: OperationOptions,
): Promise<UpdatedService> {
  const { Name: service } = observed.Spec;
  let before = observed;
  for (let attempt = 1; ; attempt += 1) {
    const body = update.bodyFor(before);
    if (attempt === 1) observer?.({ type: "step", service, step: update.step, id: observed.ID });
    throwIfAborted(signal, { service });
    const warnings = await send(engine, update, { before, body, isLast: attempt === ATTEMPTS });
    if (warnings !== undefined) return startOrRevert(engine, update, { before, warnings }, signal);
    before = await findService(engine, service, { signal });
  }
}

/** @returns the engine's warnings; undefined if the service has a newer version or was removed, and must be read again. */
async function send(
  engine: DockerEngine,
  update: ServiceUpdate,
  { before, body: { spec, ...options }, isLast }: { before: ServiceDetails; body: UpdateBody; isLast: boolean },
): Promise<string[] | undefined> {
  try {
    // Without the signal: the result must be known.
    return (await engine.services.update(before.ID, before.Version.Index, spec, options)).warnings;
  } catch (error) {
    const isStale = DeploymentError.isInstance(error, "CONFLICT") || DeploymentError.isInstance(error, "NOT_FOUND");
    if (isStale && !isLast) return undefined;
    const after = await ifUnanswered(error, () => engine.services.inspect(before.ID));
    if (after !== undefined && update.isApplied(after, before)) return [];
    throw error;
  }
}

async function startOrRevert(
  engine: DockerEngine,
  update: ServiceUpdate,
  updated: UpdatedService,
  signal: AbortSignal | undefined,
): Promise<UpdatedService> {
  try {
    throwIfAborted(signal, { service: updated.before.Spec.Name });
    await waitForUpdateStart(engine, updated.before, { signal });
    return updated;
  } catch (aborted) {
    await revert(engine, update, updated.before);
    throw aborted;
  }
}

/** Rolls the service back to the version before the change, unless it has been changed again since. */
async function revert(engine: DockerEngine, update: ServiceUpdate, before: ServiceDetails): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const service = await findService(engine, before.Spec.Name);
    if (!update.isApplied(service, before)) return;
    try {
      await engine.services.update(service.ID, service.Version.Index, service.Spec, { rollback: "previous" });
      return;
    } catch (error) {
      if (!DeploymentError.isInstance(error, "CONFLICT") || attempt === ATTEMPTS) throw error;
    }
  }
}

const POLL_EVERY_MS = 25;
/** The swarm starts an update within milliseconds, except while the managers elect a leader. */
const START_TIMEOUT_MS = 10_000;

/**
 * Waits until the swarm has started to replace the tasks of a changed service: until then the tasks show no sign of the
 * change. Resolves at once if the change replaces no tasks.
 * @throws DeploymentError `ABORTED`. An unreachable swarm is not an error here, because the change is made.
 */
async function waitForUpdateStart(
  engine: DockerEngine,
  before: ServiceDetails,
  { signal }: OperationOptions,
): Promise<void> {
  if (before.Spec.Mode?.Replicated?.Replicas === 0) return;
  const { Name: service } = before.Spec;
  const end = Date.now() + START_TIMEOUT_MS;
  const poll = (withinMs: number) => servicePoller(engine).next({ name: service }, { signal, service, withinMs });
  const hasNotStarted = ({ service: after }: Observation) => after.ID === before.ID && after.UpdateStatus === undefined;
  try {
    let after = await poll(0);
    if (!hasNotStarted(after) || !(await replacesTasks(engine, before, after, { signal }))) return;
    while (hasNotStarted(after) && Date.now() < end) after = await poll(POLL_EVERY_MS);
  } catch (error) {
    if (signal?.aborted || !DeploymentError.isInstance(error)) throw error;
  }
}

/** Whether the change makes the swarm replace tasks. Jobs are left out: they start their next run at once. */
async function replacesTasks(
  engine: DockerEngine,
  { Spec: from }: ServiceDetails,
  { service: { Spec: to }, tasks: all }: Observation,
  options: CallOptions,
): Promise<boolean> {
  const isNewTask = changesTasks(from, to);
  const isNewPlacement = !isDeepStrictEqual(constraintsOf(from), constraintsOf(to));
  if (to.Mode?.ReplicatedJob || to.Mode?.GlobalJob || !(isNewTask || isNewPlacement)) return false;
  const tasks = all.filter(({ DesiredState }) => DesiredState === "running");
  if (isNewTask || tasks.length === 0) return tasks.length > 0;
  const eligible = new Set(eligibleNodes(await engine.nodes.list(options), constraintsOf(to)).map((node) => node.ID));
  return tasks.some(({ NodeID }) => NodeID !== undefined && !eligible.has(NodeID));
}

const changesTasks = (from: ServiceSpec, to: ServiceSpec): boolean =>
  !isSameTemplate(from.TaskTemplate, to.TaskTemplate) || !isDeepStrictEqual(from.EndpointSpec, to.EndpointSpec);
