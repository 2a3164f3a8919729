import { expect } from "vitest";
import type { CountingProxy } from "@openfactory/test-engine";
import { captureIo, type CommandResult, type TestProject } from "./run-ofdeploy.js";

/** Runs the command on an engine behind a proxy, and counts the calls to the engine by method and path. */
export async function countCalls(
  project: TestProject,
  proxy: CountingProxy,
  ...args: string[]
): Promise<CommandResult & { calls: Record<string, number> }> {
  proxy.calls.length = 0;
  const ran = await project.runWith(captureIo(project.folder), [...args, "--host", proxy.host]);
  expect(ran, ran.err).toMatchObject({ code: 0 });
  const kinds = Object.groupBy(proxy.calls, (call) => call.replace(/[0-9a-f]{64}|[a-z0-9]{25}/, "ID"));
  return { ...ran, calls: Object.fromEntries(Object.entries(kinds).map(([kind, calls = []]) => [kind, calls.length])) };
}

/** Removes the calls of the version negotiation. */
export const withoutNegotiation = ({
  "GET /_ping": _ping,
  "GET /version": _version,
  ...calls
}: Record<string, number>) => calls;

/**
 * Separates the calls of the lock, which is kept in objects of this kind. A run that takes longer than a second checks its lock, so
 * their number depends on the machine's speed.
 */
export function splitLock(
  calls: Record<string, number>,
  kind: "configs" | "volumes",
): { calls: Record<string, number>; lock: string[] } {
  const isOfLock = (call: string): boolean => call.split(" ")[1]?.startsWith(`/${kind}`) === true;
  return {
    calls: Object.fromEntries(Object.entries(calls).filter(([call]) => !isOfLock(call))),
    lock: Object.keys(calls).filter(isOfLock).sort(),
  };
}
