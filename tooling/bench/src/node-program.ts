import { fileURLToPath } from "node:url";
import { address } from "@openfactory/test-engine";
import type { BenchEngine } from "./bench-engine.ts";
import { timedProcess } from "./timed-process.ts";
import type { Contender } from "./workload.ts";

const SCRIPT = fileURLToPath(new URL("peers/node-program.cjs", import.meta.url));

export interface ProgramCall {
  /** Default: GET. */
  method?: string;
  path: string;
  body?: object;
}

/** A Node process that makes nothing but the necessary calls. @param callsFor is called before each run, and not timed. */
export function nodeProgram(
  { host, apiVersion }: BenchEngine,
  callsFor: () => Promise<readonly ProgramCall[]>,
  before?: () => Promise<void>,
): Contender {
  let input = "";
  return {
    label: "a Node program with the necessary calls",
    async before() {
      await before?.();
      const calls = (await callsFor()).map((call) => ({ ...call, path: `/v${apiVersion}${call.path}` }));
      input = JSON.stringify({ target: address(host), calls });
    },
    run: async () => (await timedProcess([process.execPath, SCRIPT], { input })).ms,
  };
}
