import { expect } from "vitest";
import type { CountingProxy } from "@openfactory/test-engine";
import { captureIo, type Ran, type Workplace } from "./run-ofdeploy.js";

/** Runs the command on an engine behind a proxy: what it did, and the calls that it took, each kind with its number. */
export async function countCalls(
  place: Workplace,
  proxy: CountingProxy,
  ...args: string[]
): Promise<Ran & { calls: Record<string, number> }> {
  proxy.calls.length = 0;
  const ran = await place.runWith(captureIo(place.folder), [...args, "--host", proxy.host]);
  expect(ran, ran.err).toMatchObject({ code: 0 });
  const kinds = Object.groupBy(proxy.calls, (call) => call.replace(/[0-9a-f]{64}|[a-z0-9]{25}/, "ID"));
  return { ...ran, calls: Object.fromEntries(Object.entries(kinds).map(([kind, calls = []]) => [kind, calls.length])) };
}

/** Without what is asked once to agree on a version: of a newer engine than we know also what it takes at least. */
export const withoutNegotiation = ({
  "GET /_ping": _ping,
  "GET /version": _version,
  ...calls
}: Record<string, number>) => calls;
