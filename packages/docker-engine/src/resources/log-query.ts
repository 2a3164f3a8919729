import type { LogQuery } from "../engine.js";

/** Source: Engine API 1.41, ContainerLogs and ServiceLogs. */
export function logQuery({ follow, tail, since }: LogQuery): Record<string, string | number | undefined> {
  return {
    stdout: 1,
    stderr: 1,
    timestamps: 1,
    follow: follow ? 1 : undefined,
    tail,
    // Seconds with a fraction: the engine reads nanoseconds.
    since: since === undefined ? undefined : (since.getTime() / 1000).toFixed(3),
  };
}
