// The command loads its platforms with a time limit, in which they may not be compiled on a loaded machine.
import "@openfactory/strategy-local-docker";
import "@openfactory/strategy-swarm";
import { run } from "ofdeploy";
import { recordCalls } from "../../engine-calls/record-calls.mjs";
import { captureIo } from "./run-ofdeploy.js";
import type { ProcessResult } from "./spawn-ofdeploy.js";

/**
 * Runs the command in this process, from its sources: a fifth of the CPU time of `spawnOfdeploy`, for tests of long sequences of
 * commands. Others start processes of the bundle.
 * @param env variables in addition to those of the process.
 */
export async function callOfdeploy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessResult> {
  const io = captureIo(process.cwd(), { env: { ...(process.env as Record<string, string>), ...env } });
  const code = await recordCalls(args, io.env, () => run(args, io));
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}
