import { DeploymentError, type DeploymentWarning, throwIfAborted, type UpdateOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { lookAgain } from "../containers/find.js";
import type { Family, SeenMember } from "../containers/group.js";
import { nameAt, type Role } from "../containers/names.js";
import { stopContainer } from "../containers/operations.js";
import { rename } from "../containers/recovery.js";
import { startContainer } from "../deploy/deploy.js";
import type { StartFaultSubject } from "../deploy/start-error.js";
import { revisionOf } from "../settings.js";
import { waitUntilReady } from "../wait/wait.js";

/** A container that is to take a place: one that an update has made, or the version before, on its way back. */
interface Candidate {
  id: string;
  /** The name it is to have. */
  base: string;
  /** It is to stand for a service of no replicas: it is not started. */
  idle: boolean;
  /** Of one that is idle: its restart policy, which its name tells. */
  policy?: string;
  /** Where it is until then. */
  role: Extract<Role, "next" | "returning">;
  /** For errors: what its start was asked for. */
  request: StartFaultSubject;
}

/** One version of a service in place of another. */
export interface Change {
  service: string;
  /** What is there. */
  current: Family<SeenMember>;
  /** The version before. */
  previous: Family<SeenMember>;
  /** What is to be there; grows while they are made. */
  candidates: Candidate[];
  /** What is not as requested; grows while they are made and started. */
  warnings: DeploymentWarning[];
}

/** The new version proves itself under a name of its own, while what is there runs on; then they change names. */
export async function besideEachOther(engine: DockerEngine, change: Change, options: UpdateOptions): Promise<void> {
  await start(engine, change, false, options);
  await untilProven(engine, change, options);
  await mustBeUnchanged(engine, change, options);
  options.observer?.({ type: "step", service: change.service, step: "switch" });
  throwIfAborted(options.signal, { service: change.service });
  await changeNames(engine, change);
}

/**
 * What is there is stopped, and the new version started in its place. It gets the name before it is started: the names that
 * others find it by are then right on every engine.
 */
export async function oneAfterTheOther(
  engine: DockerEngine,
  change: Change,
  stopped: Set<string>,
  options: UpdateOptions,
): Promise<void> {
  await mustBeUnchanged(engine, change, options);
  const running = change.current.filter(({ active }) => active);
  for (const { id } of running) {
    throwIfAborted(options.signal, { service: change.service });
    options.observer?.({ type: "step", service: change.service, step: "stop", id });
  }
  throwIfAborted(options.signal, { service: change.service });
  // Not given the signal: what has been told to end does so, and can be started again only then.
  await Promise.all(
    running.map(async ({ id, details }) => {
      stopped.add(id);
      await stopContainer(engine, details);
    }),
  );
  throwIfAborted(options.signal, { service: change.service });
  await changeNames(engine, change);
  await start(engine, change, true, options);
  await untilProven(engine, change, options);
}

async function start(
  engine: DockerEngine,
  { candidates, warnings }: Change,
  takesOver: boolean,
  options: UpdateOptions,
): Promise<void> {
  for (const { id, request } of candidates.filter(({ idle }) => !idle)) {
    warnings.push(...(await startContainer(engine, id, { request, takesOver }, options)));
  }
}

async function untilProven(
  engine: DockerEngine,
  { service, candidates }: Change,
  options: UpdateOptions,
): Promise<void> {
  const running = candidates.filter(({ idle }) => !idle);
  const lookAtAll = async (): Promise<ContainerDetails[]> => {
    const seen = await lookAgain(engine, running, options);
    if (seen.length < running.length) throw interference(service);
    return seen.map(({ details }) => details);
  };
  if (running.length > 0) await waitUntilReady(engine, service, lookAtAll, options);
  throwIfAborted(options.signal, { service });
}

async function changeNames(engine: DockerEngine, { current, candidates }: Change): Promise<void> {
  for (const member of current) {
    await rename(engine, member, nameAt({ base: member.base, role: "leaving", policy: member.policy }));
  }
  for (const { id, base, policy } of candidates) await engine.containers.rename(id, nameAt({ base, policy }));
}

/** @throws DeploymentError `CONFLICT`, if what is there is not what it was when the change began. */
async function mustBeUnchanged(
  engine: DockerEngine,
  { service, current }: Change,
  options: UpdateOptions,
): Promise<void> {
  const now = await lookAgain(engine, current, options);
  const state = (members: readonly SeenMember[]): string =>
    JSON.stringify([members.map(({ name }) => name), revisionOf(members.map(({ details }) => details))]);
  if (state(now) !== state(current)) throw interference(service);
}

export const interference = (service: string, cause?: unknown): DeploymentError =>
  new DeploymentError("CONFLICT", `${service} was changed by somebody else at the same time.`, {
    service,
    hint: "See what is there now, and try again.",
    cause,
  });
