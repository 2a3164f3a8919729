import type { OperationOptions } from "@openfactory/deploy-core";
import { type DockerEngine, ifExists } from "@openfactory/docker-engine";
import { assertFound, findServiceContainers } from "./find.js";
import { type InspectedContainer, ofSameVersions, type ServiceContainers, without, withRole } from "./group.js";
import { parseRestartPolicy, type Role } from "./names.js";
import { killIfExists, removeIfExists, renameContainer, startWhenPortsFree, stopContainer } from "./operations.js";
import {
  createdReplacements,
  isSuccessiveToAny,
  recoveryDirection,
  replacementsIn,
  type ResolvedState,
  resolveState,
  unfinishedIn,
} from "./state.js";

/** The actions that complete or undo an update or a rollback: data, which {@link applyRecovery} carries out. */
export interface RecoveryPlan {
  /** Those of an unfinished update are removed last, after the service has been restored. */
  remove: readonly InspectedContainer[];
  /** Stopped, and kept as the previous version. */
  stop: readonly InspectedContainer[];
  /** Renamed to their base names. */
  rename: readonly InspectedContainer[];
  start: readonly InspectedContainer[];
}

const EMPTY_PLAN: RecoveryPlan = { remove: [], stop: [], rename: [], start: [] };

/**
 * The state of a service, after recovery of an update or a rollback that was interrupted.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function recoverService(
  engine: DockerEngine,
  service: string,
  options: OperationOptions,
): Promise<ResolvedState> {
  const group = await findServiceContainers(engine, service, options);
  const state = resolveState(group);
  assertFound(engine, service, state.current);
  const plan = planRecovery(group);
  if (Object.values(plan).every((containers) => containers.length === 0)) return state;
  await applyRecovery(engine, plan);
  return resolveState(await findServiceContainers(engine, service, options));
}

/**
 * Ends an update or a rollback that is in progress, or was interrupted, without a change of the service: reverts it, or
 * completes it if its new version is the service already. If another service was deployed meanwhile, that one stays.
 * @param role of the containers to remove in that case.
 * @returns false if there are no such containers.
 */
export async function endUnfinished(
  engine: DockerEngine,
  group: ServiceContainers<InspectedContainer>,
  role: Role,
): Promise<boolean> {
  if (unfinishedIn(group, resolveState(group)).length === 0) return false;
  const isReplaced = recoveryDirection(group) === "replaced";
  await applyRecovery(engine, isReplaced ? { ...EMPTY_PLAN, remove: withRole(group, role) } : planRecovery(group));
  return true;
}

/**
 * Removes the version of an unfinished change that is the service already, and makes the one that it replaced the service again.
 * The version that it replaced is retiring, or is being restored by a rollback.
 */
export async function restoreEarlier(
  engine: DockerEngine,
  group: ServiceContainers<InspectedContainer>,
): Promise<void> {
  const { current } = resolveState(group);
  const restoring = withRole(group, "restoring");
  for (const { id, policy } of restoring)
    if (policy !== undefined) await engine.containers.update(id, { RestartPolicy: parseRestartPolicy(policy) });
  const withRoles = group.map((container): InspectedContainer => {
    if (current.includes(container)) return { ...container, role: "candidate" };
    return restoring.includes(container) ? { ...container, role: "retiring", policy: undefined } : container;
  });
  const stopped = new Set(withRole(withRoles, "retiring").map(({ id }) => id));
  await applyRecovery(engine, planRollBack(withRoles, stopped));
}

function planRecovery(group: ServiceContainers<InspectedContainer>): RecoveryPlan {
  switch (recoveryDirection(group)) {
    case "replaced":
      return { ...EMPTY_PLAN, remove: without(group, resolveState(group).current) };
    case "rollForward":
      return planRollForward(group);
    case "rollBack":
      return planRollBack(group);
  }
}

/** Keeps the new version. The retiring version becomes the previous one, instead of the one that was kept until now. */
export function planRollForward(group: ServiceContainers<InspectedContainer>): RecoveryPlan {
  const retiring = withRole(group, "retiring");
  const kept = [...withRole(group, "previous"), ...withRole(group, "restoring")];
  const sameVersion = ofSameVersions(retiring, kept);
  return {
    ...EMPTY_PLAN,
    remove: [...withRole(group, "candidate"), ...without(kept, sameVersion)],
    stop: [...retiring, ...sameVersion.filter(mayRun)],
  };
}

/**
 * Restores the old version.
 * @param stopped the ids of containers that were stopped for the new version. Default: derived from times and exit codes.
 */
export function planRollBack(
  group: ServiceContainers<InspectedContainer>,
  stopped?: ReadonlySet<string>,
): RecoveryPlan {
  const [replacements, retiring] = [replacementsIn(group), withRole(group, "retiring")];
  const created = [...withRole(group, "candidate"), ...createdReplacements(group)];
  const restoring = without([...withRole(group, "restoring"), ...replacements], created);
  const current = [...retiring, ...without(withRole(group), replacements)];
  const previous = withRole(group, "previous");
  const kept = previous.filter((container) => current.length === 0 || isSuccessiveToAny(current, container));
  const wasStopped = ({ id, finishedAt, currentPolicy, details }: InspectedContainer): boolean => {
    if (stopped !== undefined) return stopped.has(id);
    if (created.length > 0) return created.some(({ createdAt }) => finishedAt >= createdAt);
    // A process that exits with 0 when it is stopped may as well have completed by itself. Its restart policy decides.
    return restoring.length + retiring.length > 0 && (RESTARTED.has(currentPolicy) || details.State.ExitCode !== 0);
  };
  return {
    remove: [...created, ...without(previous, kept)],
    stop: [...restoring, ...kept.filter(mayRun)],
    rename: retiring,
    start: current.filter((container) => hasEnded(container) && wasStopped(container)),
  };
}

const RESTARTED: ReadonlySet<string> = new Set(["always", "unless-stopped"]);

const hasEnded = ({ active, placeholder, startedAt }: InspectedContainer): boolean =>
  !active && !placeholder && startedAt > -Infinity;

/** The previous version must not run, and the engine must not start it. */
const mayRun = ({ active, currentPolicy }: InspectedContainer): boolean => active || currentPolicy !== "no";

/**
 * Carries out a plan. If it is interrupted, the containers that are left give the same plan again. It can't be aborted,
 * since it completes a change, or reverts one that was aborted.
 * @returns the engine's warnings.
 */
export async function applyRecovery(
  engine: DockerEngine,
  { remove, stop, rename, start }: RecoveryPlan,
): Promise<string[]> {
  const warnings = new Set<string>();
  // Until the service is restored, the containers that an update created are the record of it: their labels name the version
  // that they were to replace, and their creation shows that it was stopped for them.
  const record = rename.length + start.length > 0 ? remove.filter(({ role }) => role !== "previous") : [];
  const nameCandidate = (container: InspectedContainer): Promise<true | undefined> =>
    ifExists(renameContainer(engine, container, { base: container.base, role: "candidate" }).then(() => true));
  // An engine does not find the network of a process that waits for its restart, and keeps the name until the process is killed.
  const inCrashLoop: InspectedContainer[] = [];
  for (const container of record) if (!(await nameCandidate(container))) inCrashLoop.push(container);
  await Promise.all([
    ...without(remove, record).map(({ id }) => removeIfExists(engine, id)),
    ...record.filter(({ active }) => active).map(({ id }) => killIfExists(engine, id)),
    ...stop.filter(({ active }) => active).map(({ details }) => stopContainer(engine, details)),
  ]);
  for (const container of inCrashLoop) await nameCandidate(container);
  for (const container of stop) await renameContainer(engine, container, asPrevious(container));
  for (const container of rename)
    await renameContainer(engine, container, { base: container.base, policy: container.policy });
  // Without this, the engine would start stopped containers with some policies after a reboot.
  for (const { id, currentPolicy } of stop) {
    if (currentPolicy === "no") continue;
    for (const warning of (await engine.containers.update(id, { RestartPolicy: parseRestartPolicy("no") })).warnings)
      warnings.add(warning);
  }
  for (const { id } of start) await startWhenPortsFree(engine, id);
  await Promise.all(record.map(({ id }) => removeIfExists(engine, id)));
  return [...warnings];
}

/** The name of a container that is kept, which records its restart policy. */
const asPrevious = ({ base, policy, runningPolicy }: InspectedContainer) =>
  ({ base, role: "previous", policy: policy ?? runningPolicy }) as const;
