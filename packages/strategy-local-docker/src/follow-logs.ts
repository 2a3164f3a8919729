import { DeploymentError, type LogEntry, type LogsOptions, throwIfAborted } from "@openfactory/deploy-core";
import { type DockerEngine, type LogFrame, type LogPosition, type LogQuery, positionAfter } from "@openfactory/docker-engine";
import { lookUpFamily, mustBeThere } from "./family/look-up.js";
import type { SeenMember } from "./family/member.js";
import { isUnfinished, read } from "./family/reading.js";
import { onContainerEvents } from "./on-container-events.js";

/** A container whose log is followed, or was. */
interface Followed {
  /** How far its log has been read. */
  position?: LogPosition;
  /** The run of the process that was read last, by its start. */
  startedAt: number;
  isOpen: boolean;
}

interface Arrival {
  instance: string;
  frame: LogFrame;
  /** To be called once the line is delivered: until then, no further line of the container is read. */
  next: () => void;
}

/**
 * The lines of a service as its processes write them, across restarts, updates, rollbacks and scalings, each line once.
 * `tail` and `since` apply to the containers that the service has at first. Ends when the service is removed, or when all
 * of its processes have ended and none is started again.
 * @throws DeploymentError `NOT_FOUND`, `UNSUPPORTED` (the logging driver can't be read), `ABORTED`, ...
 */
export async function* followLogs(
  engine: DockerEngine,
  service: string,
  { tail, since, signal }: LogsOptions,
): AsyncGenerator<LogEntry> {
  const began = await engineTime(engine, signal);
  const followed = new Map<string, Followed>();
  const arrivals: Arrival[] = [];
  const stopped = new AbortController();
  const stopOrAbort = AbortSignal.any([stopped.signal, ...(signal ? [signal] : [])]);
  let failure: { error: unknown } | undefined;
  let mustLook = true;
  let wake = Promise.withResolvers<void>();

  const look = (): void => {
    mustLook = true;
    wake.resolve();
  };
  const follow = async (member: SeenMember, query: LogQuery): Promise<void> => {
    const state: Followed = { ...followed.get(member.id), startedAt: member.startedAt, isOpen: true };
    followed.set(member.id, state);
    try {
      for await (const frame of engine.containers.logs(member.id, { ...query, follow: true, after: state.position, signal: stopOrAbort })) {
        state.position = positionAfter(state.position, frame);
        await new Promise<void>((next) => {
          arrivals.push({ instance: member.base, frame, next });
          wake.resolve();
        });
      }
    } catch (error) {
      // It was removed before it could be read.
      if (!DeploymentError.isInstance(error, "NOT_FOUND")) failure ??= { error };
    } finally {
      state.isOpen = false;
      look();
    }
  };

  try {
    onContainerEvents(engine, look, stopOrAbort);
    signal?.addEventListener("abort", look, { once: true, signal: stopped.signal });
    for (let isFirst = true; ; ) {
      throwIfAborted(signal, { service });
      if (mustLook) {
        mustLook = false;
        const { members, goesOn } = await present(engine, service, signal);
        if (isFirst) mustBeThere(engine, service, members);
        for (const member of members.filter((one) => isUnread(followed.get(one.id), one))) {
          void follow(member, isFirst ? { tail, since } : { since: began });
        }
        isFirst = false;
        const isReading = [...followed.values()].some(({ isOpen }) => isOpen);
        if (!goesOn && !isReading && arrivals.length === 0 && !mustLook) return;
      }
      for (let arrival = arrivals.shift(); arrival !== undefined; arrival = arrivals.shift()) {
        const { instance, frame, next } = arrival;
        yield { service, instance, stream: frame.stream, timestamp: frame.timestamp, line: frame.line };
        next();
      }
      if (failure !== undefined) throw failure.error;
      if (mustLook) continue;
      await wake.promise;
      wake = Promise.withResolvers<void>();
    }
  } finally {
    stopped.abort();
    for (const { next } of arrivals) next();
  }
}

/** What the service is now, and whether more of it is to run. */
async function present(
  engine: DockerEngine,
  service: string,
  signal?: AbortSignal,
): Promise<{ members: readonly SeenMember[]; goesOn: boolean }> {
  const family = await lookUpFamily(engine, service, { signal });
  const { current } = read(family);
  return { members: current, goesOn: current.length > 0 && (isUnfinished(family) || current.some(mayRunAgain)) };
}

/** It runs, waits to be started again, or was stopped by hand and has a policy that keeps it running. */
const mayRunAgain = ({ active, idle, policyNow }: SeenMember): boolean =>
  active || idle || policyNow === "always" || policyNow === "unless-stopped";

/** A container that was not read, or whose process was started again since. */
const isUnread = (known: Followed | undefined, { startedAt }: SeenMember): boolean =>
  known === undefined || (!known.isOpen && known.startedAt < startedAt);

/** The engine's own clock: what a container wrote before is no news. */
async function engineTime(engine: DockerEngine, signal?: AbortSignal): Promise<Date> {
  const { SystemTime } = await engine.info({ signal });
  return SystemTime === undefined ? new Date() : new Date(SystemTime);
}
