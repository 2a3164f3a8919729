import { randomBytes } from "node:crypto";
import type { NormalizedRequest, PublishedPort, ServiceStatus } from "@openfactory/deploy-core";
import type { SimulatedProcess, WrittenLine } from "./process.js";

const REPEAT_MS = 20;

/** One simulated container. */
export interface MemoryInstance {
  readonly id: string;
  readonly name: string;
  process: SimulatedProcess;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When it was stopped, in milliseconds since the epoch. */
  stoppedAt?: number;
}

/** One service in memory. */
export interface MemoryService {
  readonly id: string;
  /** The request that it was deployed from. */
  request: NormalizedRequest;
  /** The request before its last update. */
  previous?: NormalizedRequest;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  instances: MemoryInstance[];
  /** The networks that it is attached to, as far as they are resources of the engine. */
  networks?: readonly { readonly id: string; readonly name: string }[];
  /** Its ports, each with a host port. */
  ports?: readonly PublishedPort[];
  /** Overrides parts of its status until its next change, for tests. */
  status?: Partial<ServiceStatus>;
  /** The failed process of an update that was rolled back. */
  rolledBackFor?: MemoryInstance;
}

export const newId = (): string => randomBytes(16).toString("hex");

/** How many instances a request asks for. There is one node. */
export const desiredInstances = ({ mode }: NormalizedRequest): number => {
  if (mode === undefined) return 1;
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  if ("ReplicatedJob" in mode) return mode.ReplicatedJob.TotalCompletions ?? mode.ReplicatedJob.MaxConcurrent ?? 1;
  return 1;
};

export const isRunning = ({ process, stoppedAt }: MemoryInstance): boolean =>
  process.exitCode === undefined && stoppedAt === undefined;

/** Everything that an instance has written by now, with the time of each line. */
export function linesOf(instance: MemoryInstance): (WrittenLine & { at: number })[] {
  const { process, startedAt, stoppedAt } = instance;
  const lines = (process.lines ?? []).map((line) => ({ ...line, at: startedAt }));
  if (process.repeats === undefined) return lines;
  const line = process.repeats;
  const times = Math.floor(((stoppedAt ?? Date.now()) - startedAt) / REPEAT_MS);
  const repeated = Array.from({ length: times }, (_, time) => ({
    stream: "stdout" as const,
    line,
    at: startedAt + (time + 1) * REPEAT_MS,
  }));
  return [...lines, ...repeated];
}
