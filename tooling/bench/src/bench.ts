import { extname } from "node:path";
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
  /** Whether all contenders and the engine share a quarter of one core. */
  isQuarter: boolean;
  peers: Peers;
  /** The command that is measured: words before the arguments of ofdeploy. */
  command: readonly string[];
}

/** The script of this checkout. */
export const OWN_SCRIPT = fileURLToPath(new URL("../../../apps/cli/bin/ofdeploy.js", import.meta.url));

/** The command of a build of ofdeploy: an executable, or a script for the benchmark's Node. */
export const commandOf = (file: string): readonly string[] =>
  extname(file) === ".js" ? [process.execPath, file] : [file];

const onEngine = ({ engine }: Bench): Record<string, string> =>
  engine === undefined ? {} : { DOCKER_HOST: engine.host };

/** Runs ofdeploy on the engine. */
export const ofdeploy = (bench: Bench, args: readonly string[], options: TimedOptions = {}): Promise<Timed> =>
  timedProcess([...bench.command, ...args], { ...options, env: { ...onEngine(bench), ...options.env } });

/** Runs a peer's command on the engine. */
export function peerRun(bench: Bench, peer: Peer, args: readonly string[], options: TimedOptions = {}): Promise<Timed> {
  if ("missing" in peer) throw new Error(peer.missing);
  return timedProcess([...peer.command, ...args], { ...options, env: { ...onEngine(bench), ...peer.env } });
}

/** Adds another build of ofdeploy as a contender, which does the same as the measured one. */
export function withBefore(bench: Bench, workload: Workload, file: string): Workload {
  const { ours } = workload.contenders;
  // The library of another build can't be loaded beside this one.
  if (ours === undefined || !ours.label.startsWith("ofdeploy")) return workload;
  const withCommand = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const { command } = bench;
    bench.command = commandOf(file);
    try {
      return await work();
    } finally {
      bench.command = command;
    }
  };
  const before: Contender = {
    label: `${ours.label} of ${file}`,
    before: () => withCommand(async () => ours.before?.()),
    run: () => withCommand(ours.run),
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
