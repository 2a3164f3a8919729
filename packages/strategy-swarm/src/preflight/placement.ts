import type { NormalizedRequest, PreflightProblem } from "@openfactory/deploy-core";
import type { NodeDetails, TaskDetails } from "@openfactory/docker-engine";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import { type CheckedRequest, type EngineSnapshot, needsNodes, problem, tasksOf } from "./snapshot.js";

export interface Amounts {
  NanoCPUs: number;
  MemoryBytes: number;
}

const NONE: Amounts = { NanoCPUs: 0, MemoryBytes: 0 };

/** Constraints that no node matches, limits that no node takes, and reservations that the nodes have no room for. */
export function placementProblems(candidate: CheckedRequest, world: EngineSnapshot): PreflightProblem[] {
  if (!needsNodes(candidate)) return [];
  const { constraints = [], resources } = candidate.request;
  const fitting = eligibleNodes(world.nodes, constraints);
  if (fitting.length === 0) return [noNode(candidate, constraints)];
  const cpus = resources?.Limits?.NanoCPUs ?? 0;
  const most = Math.max(...fitting.map(({ Description }) => Description.Resources.NanoCPUs));
  if (cpus > most) {
    const message = `No node that may run it has ${inCpus(cpus)} CPUs: they have ${inCpus(most)} at most, and reject a task with a higher limit`;
    const field = "resources.Limits.NanoCPUs";
    return [problem(candidate, { code: "CONFLICT", field, message, hint: "Lower the limit." })];
  }
  return reservationProblems(candidate, world, fitting);
}

function noNode(candidate: CheckedRequest, constraints: readonly string[]): PreflightProblem {
  if (constraints.length === 0) {
    const message = "No node of the swarm takes tasks";
    return problem(candidate, {
      code: "CONFLICT",
      message,
      hint: "Bring a node back, or set one active (docker node update).",
    });
  }
  const message = `No node that takes tasks matches ${constraints.join(", ")}`;
  const hint =
    "Correct the constraints, label a node (docker node update --label-add), or bring back the node that is meant.";
  return problem(candidate, { code: "CONFLICT", field: "constraints", message, hint });
}

function reservationProblems(
  candidate: CheckedRequest,
  { tasks, services }: EngineSnapshot,
  fitting: readonly NodeDetails[],
): PreflightProblem[] {
  const { request, updates } = candidate;
  const asked = reservationOf(request);
  if (asked.NanoCPUs === 0 && asked.MemoryBytes === 0) return [];
  const own = updates ? services.find(({ name }) => name === request.name)?.ids : undefined;
  const others = tasks.filter(({ ServiceID }) => !own?.includes(ServiceID));
  const [needed, room] = [
    tasksOf(request),
    fitting.reduce((sum, node) => sum + times(asked, freeResources(node, others)), 0),
  ];
  if (room >= needed) return [];
  const message =
    room === 0
      ? `No node that may run it has ${inWords(request)} to set aside`
      : `The nodes that may run it have ${inWords(request)} to set aside ${room} times, and ${needed} tasks need that`;
  const hint = "Lower the reservation, ask for fewer replicas, or make room on the nodes.";
  return [problem(candidate, { code: "CONFLICT", field: "resources.Reservations", message, hint })];
}

/** What a request sets aside for each task. */
export const reservationOf = ({ resources }: NormalizedRequest): Amounts => ({ ...NONE, ...resources?.Reservations });

/** What is set aside for nobody, as the swarm's scheduler counts. */
export function freeResources({ ID, Description }: NodeDetails, tasks: readonly TaskDetails[]): Amounts {
  const reserved = tasks.filter(({ NodeID }) => NodeID === ID).map(reservationOfTask);
  const sum = (key: keyof Amounts): number => reserved.reduce((total, amounts) => total + amounts[key], 0);
  const { NanoCPUs, MemoryBytes } = Description.Resources;
  return { NanoCPUs: NanoCPUs - sum("NanoCPUs"), MemoryBytes: MemoryBytes - sum("MemoryBytes") };
}

const reservationOfTask = ({ Spec }: TaskDetails): Amounts => ({
  ...NONE,
  ...(Spec["Resources"] as { Reservations?: Partial<Amounts> } | undefined)?.Reservations,
});

/** How often it fits. */
export function times(asked: Amounts, free: Amounts): number {
  const keys = (["NanoCPUs", "MemoryBytes"] as const).filter((key) => asked[key] > 0);
  return Math.max(0, Math.min(...keys.map((key) => Math.floor(free[key] / asked[key]))));
}

const inCpus = (nano: number): number => Math.round(nano / 1e7) / 100;
const inMebibytes = (bytes: number): number => Math.round(bytes / 1024 ** 2);

export function inWords({ resources }: NormalizedRequest): string {
  const { NanoCPUs, MemoryBytes } = resources?.Reservations ?? {};
  return [
    ...(NanoCPUs ? [`${inCpus(NanoCPUs)} CPUs`] : []),
    ...(MemoryBytes ? [`${inMebibytes(MemoryBytes)} MiB of memory`] : []),
  ].join(" and ");
}
