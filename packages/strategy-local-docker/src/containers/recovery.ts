import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { lookUpFamily, mustBeThere } from "./find.js";
import { type Family, inPlace, ofVersions, type SeenMember, without } from "./group.js";
import { nameAt, policyFrom } from "./names.js";
import { startWhenFree, stopContainer } from "./operations.js";
import { isRelated, madeAmong, read, type Reading, strangersIn, wayOf } from "./state.js";

/** What has to be done for the containers of a service to be where they should be: data, carried out by `settle`. */
export interface Repairs {
  /** To be removed. */
  discard: readonly SeenMember[];
  /** To be stopped, and kept as the version before. */
  retire: readonly SeenMember[];
  /** To be given their names back. */
  restore: readonly SeenMember[];
  /** To be started again. */
  resume: readonly SeenMember[];
}

/** What an update or a rollback that was cut off has left to do. */
function repairsOf(family: Family<SeenMember>): Repairs {
  switch (wayOf(family)) {
    case "anew":
      return { ...NOTHING, discard: without(family, read(family).current) };
    case "forward":
      return forward(family);
    case "back":
      return back(family);
  }
}

const NOTHING: Repairs = { discard: [], retire: [], restore: [], resume: [] };

/** The new version is the service; what has left is the version before, and takes the place of what was that. */
export function forward(family: Family<SeenMember>): Repairs {
  const leaving = inPlace(family, "leaving");
  const before = [...inPlace(family, "previous"), ...inPlace(family, "returning")];
  const same = ofVersions(leaving, before);
  return {
    ...NOTHING,
    discard: [...inPlace(family, "next"), ...without(before, same)],
    retire: [...leaving, ...same.filter(isAwake)],
  };
}

/**
 * What was there is the service.
 * @param stopped the ids of what was stopped for the new version. Default: as far as can be told.
 */
export function back(family: Family<SeenMember>, stopped?: ReadonlySet<string>): Repairs {
  const [strangers, leaving] = [strangersIn(family), inPlace(family, "leaving")];
  const made = [...inPlace(family, "next"), ...madeAmong(family)];
  const returning = without([...inPlace(family, "returning"), ...strangers], made);
  const current = [...leaving, ...without(inPlace(family), strangers)];
  const previous = inPlace(family, "previous");
  const known = previous.filter((member) => current.length === 0 || isRelated(current, member));
  const wasStopped = ({ id, finishedAt, policyNow, details }: SeenMember): boolean => {
    if (stopped !== undefined) return stopped.has(id);
    if (made.length > 0) return made.some(({ createdAt }) => finishedAt >= createdAt);
    // Whether a process ended by itself that ends well when it is stopped, only its restart policy can tell.
    return returning.length + leaving.length > 0 && (ALWAYS.has(policyNow) || details.State.ExitCode !== 0);
  };
  return {
    discard: [...made, ...without(previous, known)],
    retire: [...returning, ...known.filter(isAwake)],
    restore: leaving,
    resume: current.filter((member) => hasEnded(member) && wasStopped(member)),
  };
}

const ALWAYS: ReadonlySet<string> = new Set(["always", "unless-stopped"]);

const hasEnded = ({ active, idle, startedAt }: SeenMember): boolean => !active && !idle && startedAt > -Infinity;

/** The version before must neither run nor be started by the engine. */
const isAwake = ({ active, policyNow }: SeenMember): boolean => active || policyNow !== "no";

/**
 * Carries out repairs. Cut off at any point, it leaves what the next look makes the same repairs of. It can't be aborted:
 * it is the end of something, or puts back what an abort has left.
 * @returns the engine's warnings.
 */
export async function settle(engine: DockerEngine, { discard, retire, restore, resume }: Repairs): Promise<string[]> {
  const warnings = new Set<string>();
  await Promise.all([
    ...discard.map(({ id }) => gone(engine.containers.remove(id, { force: true }))),
    ...retire.filter(({ active }) => active).map(({ details }) => stopContainer(engine, details)),
  ]);
  for (const member of retire) await rename(engine, member, nameAt(retired(member)));
  for (const member of restore) await rename(engine, member, nameAt({ base: member.base, policy: member.policy }));
  // The engine would start some of them by itself when it starts, though they were stopped: by their restart policy.
  for (const { id, policyNow } of retire) {
    if (policyNow === "no") continue;
    for (const warning of (await engine.containers.update(id, { RestartPolicy: policyFrom("no") })).warnings)
      warnings.add(warning);
  }
  for (const { id } of resume) await startWhenFree(engine, id);
  return [...warnings];
}

/** Its restart policy goes into its name, where it isn't there already. */
const retired = ({ base, policy, policyNow }: SeenMember) =>
  ({ base, role: "previous", policy: policy ?? policyNow }) as const;

export async function rename(engine: DockerEngine, { id, name }: SeenMember, to: string): Promise<void> {
  if (name !== to) await engine.containers.rename(id, to);
}

async function gone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
  }
}

/**
 * A service with all its containers where they should be: what an update that was cut off has left is put right first.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function settledService(
  engine: DockerEngine,
  service: string,
  options: OperationOptions,
): Promise<Reading> {
  const family = await lookUpFamily(engine, service, options);
  const reading = read(family);
  mustBeThere(engine, service, reading.current);
  const repairs = repairsOf(family);
  if (Object.values(repairs).every((members) => members.length === 0)) return reading;
  await settle(engine, repairs);
  return read(await lookUpFamily(engine, service, options));
}
