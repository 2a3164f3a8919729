import {
  DeploymentError,
  type DeploymentWarning,
  sleep,
  throwIfAborted,
  type UpdateOptions,
} from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { inspectContainers } from "../containers/find.js";
import type { InspectedContainer, ServiceContainers } from "../containers/group.js";
import { formatContainerName, type Role } from "../containers/names.js";
import { renameContainer, stopContainer } from "../containers/operations.js";
import { applyRecovery, planRollBack, planRollForward, recoverService } from "../containers/recovery.js";
import { startContainer } from "../deploy/deploy.js";
import type { StartedRequest } from "../deploy/start-error.js";
import { revisionOf } from "../settings.js";
import { waitUntilReady } from "../wait/wait.js";
import { canRunTogether, type HostResources } from "./host-resources.js";

/** A container of the new version: created by an update, or the previous version during a rollback. */
interface Candidate {
  id: string;
  /** The name that it will have. */
  base: string;
  /** It represents a service that has no replicas, and is not started. */
  placeholder: boolean;
  /** The restart policy that the name of a placeholder records. */
  policy?: string;
  /** Its role until it gets its name. */
  role: Extract<Role, "candidate" | "restoring">;
  /** For errors of its start. */
  request: StartedRequest;
}

/** A service whose current version is being replaced by another. */
export interface VersionChange {
  service: string;
  current: ServiceContainers<InspectedContainer>;
  previous: ServiceContainers<InspectedContainer>;
  /** The new version. Grows while its containers are created. */
  candidates: Candidate[];
  /** Parts of the request without effect. Grows while candidates are created and started. */
  warnings: DeploymentWarning[];
}

/**
 * Replaces one version of a service with another. If anything fails before the new version is ready and has its names, restores
 * the old version: the same containers, started again if they were stopped.
 * @param prepare creates the candidates, and adds each to the change as soon as it exists.
 * @returns one sentence for each failure to clean up after the change, and for each warning of the engine.
 * @throws DeploymentError `CONFLICT`, `TASK_FAILED`, `TIMEOUT`, `ABORTED`, ...
 */
export async function replaceVersion(
  engine: DockerEngine,
  change: VersionChange,
  hostResources: readonly HostResources[],
  prepare: () => Promise<void>,
  options: UpdateOptions,
): Promise<string[]> {
  const stopped = new Set<string>();
  try {
    await prepare();
    if (await canRunTogether(engine, change.current, hostResources, options))
      await updateStartFirst(engine, change, options);
    else await updateStopFirst(engine, change, stopped, options);
  } catch (error) {
    const cause = DeploymentError.isInstance(error, "NOT_FOUND") ? modifiedError(change.service, error.cause) : error;
    throw await restoreVersion(engine, change, stopped, cause);
  }
  return retireVersion(engine, change);
}

/** Starts the new version beside the old one. Once it is ready, exchanges their names. */
async function updateStartFirst(engine: DockerEngine, change: VersionChange, options: UpdateOptions): Promise<void> {
  await startCandidates(engine, change, false, options);
  await waitForCandidates(engine, change, options);
  await assertUnchanged(engine, change, options);
  options.observer?.({ type: "step", service: change.service, step: "switch" });
  throwIfAborted(options.signal, { service: change.service });
  await exchangeNames(engine, change);
}

/**
 * Stops the old version, then starts the new one. The new version gets its names before it starts, so that every engine's DNS
 * finds it by them.
 */
async function updateStopFirst(
  engine: DockerEngine,
  change: VersionChange,
  stopped: Set<string>,
  options: UpdateOptions,
): Promise<void> {
  await assertUnchanged(engine, change, options);
  const running = change.current.filter(({ active }) => active);
  for (const { id } of running) {
    throwIfAborted(options.signal, { service: change.service });
    options.observer?.({ type: "step", service: change.service, step: "stop", id });
  }
  throwIfAborted(options.signal, { service: change.service });
  // Without the signal: a process that got the stop signal ends, and can be started again only after that.
  await Promise.all(
    running.map(async ({ id, details }) => {
      stopped.add(id);
      await stopContainer(engine, details);
    }),
  );
  throwIfAborted(options.signal, { service: change.service });
  await exchangeNames(engine, change);
  await startCandidates(engine, change, true, options);
  await waitForCandidates(engine, change, options);
}

async function startCandidates(
  engine: DockerEngine,
  { candidates, warnings }: VersionChange,
  replacesStopped: boolean,
  options: UpdateOptions,
): Promise<void> {
  for (const { id, request } of candidates.filter(({ placeholder }) => !placeholder)) {
    warnings.push(...(await startContainer(engine, id, { request, replacesStopped }, options)));
  }
}

async function waitForCandidates(
  engine: DockerEngine,
  { service, candidates }: VersionChange,
  options: UpdateOptions,
): Promise<void> {
  const started = candidates.filter(({ placeholder }) => !placeholder);
  const inspectStarted = async (): Promise<ContainerDetails[]> => {
    const inspected = await inspectContainers(engine, started, options);
    if (inspected.length < started.length) throw modifiedError(service);
    return inspected.map(({ details }) => details);
  };
  if (started.length > 0) await waitUntilReady(engine, service, inspectStarted, options);
  throwIfAborted(options.signal, { service });
}

async function exchangeNames(engine: DockerEngine, { current, candidates }: VersionChange): Promise<void> {
  for (const container of current) {
    const { base, policy } = container;
    await renameContainer(engine, container, { base, role: "retiring", policy });
  }
  for (const { id, base, policy } of candidates)
    await engine.containers.rename(id, formatContainerName({ base, policy }));
}

/** @throws DeploymentError `CONFLICT` if the current version is not as it was when the change began. */
async function assertUnchanged(
  engine: DockerEngine,
  { service, current }: VersionChange,
  options: UpdateOptions,
): Promise<void> {
  const now = await inspectContainers(engine, current, options);
  const state = (containers: readonly InspectedContainer[]): string =>
    JSON.stringify([containers.map(({ name }) => name), revisionOf(containers.map(({ details }) => details))]);
  if (state(now) !== state(current)) throw modifiedError(service);
}

/** Restores the old version. @returns the error, with the reason if that fails. */
async function restoreVersion(
  engine: DockerEngine,
  change: VersionChange,
  stopped: ReadonlySet<string>,
  error: unknown,
): Promise<unknown> {
  try {
    const containers = await inspectAll(engine, change);
    const withRoles = containers.map((container) => withCandidateRole(change, container));
    await applyRecovery(engine, planRollBack(withRoles, stopped));
    return error;
  } catch (failure) {
    if (!DeploymentError.isInstance(error) || !DeploymentError.isInstance(failure)) return error;
    const { service } = change;
    return new DeploymentError(error.code, `${error.message} Could not restore ${service}: ${failure.message}`, {
      ...error,
      issues: [...error.issues],
      cause: error.cause,
      hint: `${error.hint ?? ""} List its containers with \`docker ps --all --filter name=${service}\`. The next update or removal cleans up.`.trim(),
    });
  }
}

/**
 * The new version is the service now: nothing is restored, and the next update completes a cleanup that fails.
 * @throws DeploymentError if containers of the old version may still run.
 */
async function retireVersion(engine: DockerEngine, change: VersionChange): Promise<string[]> {
  try {
    return await applyRecovery(engine, planRollForward(await inspectAll(engine, change)));
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    return retryRetire(engine, change, error);
  }
}

/** Delays before the second and the third attempt, in milliseconds. */
const RETIRE_DELAYS_MS = [0, 250] as const;

/** Completes the change as the next update would: a short failure of the engine must not leave both versions running. */
async function retryRetire(
  engine: DockerEngine,
  { service, current }: VersionChange,
  first: DeploymentError,
): Promise<string[]> {
  let failure = first;
  for (const delayMs of RETIRE_DELAYS_MS) {
    await sleep(delayMs);
    try {
      await recoverService(engine, service, {});
      return [];
    } catch (error) {
      if (!DeploymentError.isInstance(error)) throw error;
      failure = error;
      // An engine that hangs is not asked again.
      if (error.code === "TIMEOUT") break;
    }
  }
  const reason = failure.message.replace(/\.$/, "");
  if (await mayStillRun(engine, current)) {
    throw new DeploymentError(
      failure.code,
      `Service ${service} runs its new version, and containers of the old version could not be stopped (${reason}).`,
      { ...failure, issues: [], cause: failure.cause, hint: "Run `ofdeploy up` again: it stops the old version." },
    );
  }
  return [
    `Could not clean up the containers of the old version of ${service} (${reason}). The next update or removal cleans up.`,
  ];
}

async function mayStillRun(engine: DockerEngine, containers: readonly InspectedContainer[]): Promise<boolean> {
  try {
    return (await inspectContainers(engine, containers)).some(({ active }) => active);
  } catch {
    return true;
  }
}

const inspectAll = (engine: DockerEngine, { current, previous, candidates }: VersionChange) => {
  const ids = new Set([...current, ...previous, ...candidates].map(({ id }) => id));
  return inspectContainers(
    engine,
    [...ids].map((id) => ({ id })),
  );
};

/** A candidate may have its final name already. For a rollback it keeps its role. */
function withCandidateRole({ candidates }: VersionChange, container: InspectedContainer): InspectedContainer {
  const candidate = candidates.find(({ id }) => id === container.id);
  return candidate === undefined ? container : { ...container, role: candidate.role };
}

export const modifiedError = (service: string, cause?: unknown): DeploymentError =>
  new DeploymentError("CONFLICT", `Service ${service} was modified by another process during the change.`, {
    service,
    hint: "Run `ofdeploy plan` to see the difference, then run the command again.",
    cause,
  });
