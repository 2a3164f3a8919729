import { fileURLToPath } from "node:url";
import type { BenchEngine } from "./bench-engine.ts";
import type { Peer, Peers } from "./peers/peers.ts";
import { type Timed, timedProcess, type TimedOptions } from "./timed-process.ts";
import type { Contender, Workload } from "./workload.ts";

/** The context of workloads. */
export interface Bench {
  /** A folder for the files of workloads. */
  folder: string;
  /** Undefined if none is available. */
  engine: BenchEngine | undefined;
  peers: Peers;
  /** The script of ofdeploy: its path. */
  script: string;
}

/** The script of this checkout. */
export const OWN_SCRIPT = fileURLToPath(new URL("../../../apps/cli/bin/ofdeploy.js", import.meta.url));

const onEngine = ({ engine }: Bench): Record<string, string> =>
  engine === undefined ? {} : { DOCKER_HOST: engine.host };

/** Runs ofdeploy on the engine. */
export const ofdeploy = (bench: Bench, args: readonly string[], options: TimedOptions = {}): Promise<Timed> =>
  timedProcess([process.execPath, bench.script, ...args], { ...options, env: { ...onEngine(bench), ...options.env } });

/** Runs a peer's command on the engine. */
export function peerRun(bench: Bench, peer: Peer, args: readonly string[], options: TimedOptions = {}): Promise<Timed> {
  if ("missing" in peer) throw new Error(peer.missing);
  return timedProcess([...peer.command, ...args], { ...options, env: { ...onEngine(bench), ...peer.env } });
}

/** Adds another build of ofdeploy as a contender, which does the same as the command of this checkout. */
export function withBefore(bench: Bench, workload: Workload, script: string): Workload {
  const { ours } = workload.contenders;
  // The library of another build can't be loaded beside this one.
  if (ours === undefined || !ours.label.startsWith("ofdeploy")) return workload;
  const withScript = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    bench.script = script;
    try {
      return await work();
    } finally {
      bench.script = OWN_SCRIPT;
    }
  };
  const before: Contender = {
    label: `${ours.label} of ${script}`,
    before: () => withScript(async () => ours.before?.()),
    run: () => withScript(ours.run),
  };
  return { ...workload, contenders: { ...workload.contenders, before } };
}

/** A contender, if its peer is available. */
export const where = (peer: Peer, contender: Contender): Contender | undefined =>
  "missing" in peer ? undefined : contender;

/** The available contenders. */
export const present = <Key extends string>(all: Record<Key, Contender | undefined>): Partial<Record<Key, Contender>> =>
  Object.fromEntries(Object.entries(all).filter(([, contender]) => contender !== undefined)) as Partial<
    Record<Key, Contender>
  >;

/** Whether ofdeploy has a subcommand. */
export const knows = async (bench: Bench, command: string): Promise<boolean> =>
  (await ofdeploy(bench, ["help", command], { allowedExits: [0, 3] })).out.includes(`ofdeploy ${command}`);
