import { DeploymentError, type OperationOptions, type ProcessChange, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import { withSpecErrors } from "../deploy/spec-error.js";
import { listTasks } from "../observe/list-tasks.js";
import { findService, servicePoller } from "../observe/services.js";
import { hasEnded, isActive, isJob } from "../observe/tasks.js";
import { assertNoUpdateInProgress, previousLostWarnings } from "../update/refresh-auth.js";
import { sendServiceUpdate, type ServiceUpdate } from "../update/service-update.js";
import { asStarted, asStopped, isStopped, withForceUpdate } from "./stopped.js";

/** Makes the swarm replace all tasks of a service. A job runs again. */
export async function restartService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ProcessChange & { id: string }> {
  const service = await findRunnable(engine, serviceName, options);
  if (replicasOf(asStarted(service.Spec)) === 0) return { ...unchanged(serviceName), id: service.ID };
  const change = await changeService(engine, service, options, "restart", {
    bodyFor(current) {
      // A job never ends its update, and runs again with each.
      if (!isJob(current))
        assertNoUpdateInProgress(current, "Deploy the service again, or roll it back, before you restart it.");
      return withForceUpdate(asStarted(current.Spec));
    },
    isApplied: ({ Spec }, before) => forceUpdates(Spec) > forceUpdates(before.Spec),
  });
  return { ...change, id: service.ID };
}

/** Removes all tasks of a replicated service, and waits until their processes have ended. */
export async function stopService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ProcessChange> {
  const service = await findRunnable(engine, serviceName, options);
  const replicas = assertReplicated(service.Spec);
  if (replicas === 0) return unchanged(serviceName);
  const tasks = await listTasks(engine, [service], { signal: options.signal });
  if (tasks.length > 0 && !tasks.some(isActive)) return unchanged(serviceName);
  const change = await changeService(engine, service, options, "stop", {
    bodyFor: ({ Spec }) => asStopped(Spec, assertReplicated(Spec)),
    isApplied: ({ Spec }) => isStopped(Spec),
  });
  await untilEnded(engine, service, options);
  return change;
}

/** Gives a stopped service its tasks again. */
export async function startService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ProcessChange> {
  const service = await findRunnable(engine, serviceName, options);
  if (!isStopped(service.Spec)) return unchanged(serviceName);
  return changeService(engine, service, options, "start", {
    bodyFor: ({ Spec }) => asStarted(Spec),
    isApplied: ({ Spec }) => !isStopped(Spec),
  });
}

async function findRunnable(
  engine: DockerEngine,
  service: string,
  { signal }: OperationOptions,
): Promise<ServiceDetails> {
  throwIfAborted(signal, { service });
  return findService(engine, service, { signal });
}

const unchanged = (name: string): ProcessChange => ({ name, changed: false, warnings: [] });

const replicasOf = ({ Mode }: ServiceSpec): number | undefined => Mode?.Replicated?.Replicas;

const forceUpdates = ({ TaskTemplate }: ServiceSpec): number => TaskTemplate.ForceUpdate ?? 0;

interface SpecChange extends Pick<ServiceUpdate, "isApplied"> {
  bodyFor(service: ServiceDetails): ServiceSpec;
}

/** Sends a change that keeps the version of the service. The swarm then has no other version to roll back to. */
async function changeService(
  engine: DockerEngine,
  service: ServiceDetails,
  options: OperationOptions,
  step: "restart" | "stop" | "start",
  { bodyFor, isApplied }: SpecChange,
): Promise<ProcessChange> {
  const { Name } = service.Spec;
  const update: ServiceUpdate = { step, bodyFor: (current) => ({ spec: bodyFor(current) }), isApplied };
  const { before } = await withSpecErrors({ name: Name }, () => sendServiceUpdate(engine, service, update, options));
  const warnings = previousLostWarnings(before, `a ${step}`);
  for (const warning of warnings) options.observer?.({ type: "warning", service: Name, warning });
  return { name: Name, changed: true, warnings };
}

/** @returns the number of replicas. @throws DeploymentError `UNSUPPORTED`. */
function assertReplicated(spec: ServiceSpec): number {
  const replicas = replicasOf(spec);
  if (replicas !== undefined) return replicas;
  const kind = spec.Mode?.Global ? "a global service" : "a job";
  throw new DeploymentError("UNSUPPORTED", `Service ${spec.Name} can't be stopped: it is ${kind}.`, {
    service: spec.Name,
    hint: "Swarm stops replicated services only, by setting 0 replicas. Remove the service with `ofdeploy down` instead.",
  });
}

/** How long the nodes may take to report the end of the processes after their grace period. */
const REPORT_MS = 60_000;
/** Docker's default (Engine API, ContainerSpec.StopGracePeriod). */
const DEFAULT_GRACE_NS = 10_000_000_000;

/** @throws DeploymentError `TIMEOUT`, for example if a node is down; `ABORTED`. The service stays stopped. */
async function untilEnded(
  engine: DockerEngine,
  { ID, Spec }: ServiceDetails,
  { signal }: OperationOptions,
): Promise<void> {
  const { Name: service, TaskTemplate } = Spec;
  const graceMs = (TaskTemplate.ContainerSpec?.StopGracePeriod ?? DEFAULT_GRACE_NS) / 1_000_000;
  const end = Date.now() + graceMs + REPORT_MS;
  for (;;) {
    const { service: now, tasks } = await servicePoller(engine).next({ name: service }, { signal, service });
    // Another process may have started it again.
    if (now.ID !== ID || !isStopped(now.Spec)) return;
    const haveEnded = tasks.every(hasEnded);
    // Until the swarm has deleted an ended task, that task takes the place of a new one if it must not restart (swarmkit,
    // UpdatableTasksInSlot): the service would not start again.
    if (haveEnded && !tasks.some(({ DesiredState }) => DesiredState === "remove")) return;
    if (Date.now() < end) continue;
    if (haveEnded) return;
    throw new DeploymentError("TIMEOUT", `Not all tasks of service ${service} have ended.`, {
      service,
      hint: "A node may be down: check `docker node ls`. The service is stopped, and its tasks end when the node is back.",
    });
  }
}
