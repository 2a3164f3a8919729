import { fileURLToPath } from "node:url";
import type { BenchEngine } from "./bench-engine.ts";
import type { Peer, Peers } from "./peers/peers.ts";
import { type Timed, timedProcess, type TimedOptions } from "./timed-process.ts";
import type { Contender } from "./workload.ts";

/** What every workload has to do with. */
export interface Bench {
  /** For files; its own. */
  folder: string;
  /** Undefined: none can be had here. */
  engine: BenchEngine | undefined;
  peers: Peers;
}

const BIN = fileURLToPath(new URL("../../../apps/cli/bin/ofdeploy.js", import.meta.url));

const onEngine = ({ engine }: Bench): Record<string, string> =>
  engine === undefined ? {} : { DOCKER_HOST: engine.host };

/** Our command, on the engine. */
export const ofdeploy = (bench: Bench, args: readonly string[], options: TimedOptions = {}): Promise<Timed> =>
  timedProcess([process.execPath, BIN, ...args], { ...options, env: { ...onEngine(bench), ...options.env } });

/** A peer's command, on the engine. */
export function peerRun(bench: Bench, peer: Peer, args: readonly string[], options: TimedOptions = {}): Promise<Timed> {
  if ("missing" in peer) throw new Error(peer.missing);
  return timedProcess([...peer.command, ...args], { ...options, env: { ...onEngine(bench), ...peer.env } });
}

/** A contender, where its peer is there. */
export const where = (peer: Peer, contender: Contender): Contender | undefined =>
  "missing" in peer ? undefined : contender;

/** Of these contenders those that are there. */
export const present = <Key extends string>(all: Record<Key, Contender | undefined>): Partial<Record<Key, Contender>> =>
  Object.fromEntries(Object.entries(all).filter(([, contender]) => contender !== undefined)) as Partial<
    Record<Key, Contender>
  >;

/** Whether the command knows a subcommand. */
export const knows = async (bench: Bench, command: string): Promise<boolean> =>
  (await ofdeploy(bench, ["help", command], { mayExit: [0, 3] })).out.includes(`ofdeploy ${command}`);
