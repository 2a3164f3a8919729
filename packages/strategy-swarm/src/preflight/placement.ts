import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { CheckedRequest, NodeDetails, Problem, TaskDetails } from "@openfactory/docker-engine";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import { type EngineSnapshot, needsNodes, tasksOf } from "./snapshot.js";

export interface Amounts {
  NanoCPUs: number;
  MemoryBytes: number;
}

const NONE: Amounts = { NanoCPUs: 0, MemoryBytes: 0 };

/** Constraints that no node matches, limits that no node accepts, and reservations that the nodes have no room for. */
export function placementProblems(checked: CheckedRequest, snapshot: EngineSnapshot): Problem[] {
  if (!needsNodes(checked)) return [];
  const { constraints = [], resources } = checked.request;
  const eligible = eligibleNodes(snapshot.nodes, constraints);
  if (eligible.length === 0) return [noEligibleNode(constraints)];
  const cpus = resources?.Limits?.NanoCPUs ?? 0;
  const most = Math.max(...eligible.map(({ Description }) => Description.Resources.NanoCPUs));
  if (cpus > most) {
    const message = `The limit of ${inCpus(cpus)} exceeds the ${inCpus(most)} of the largest eligible node: every node would reject the task`;
    const field = "resources.Limits.NanoCPUs";
    return [{ code: "CONFLICT", field, message, hint: "Lower the limit." }];
  }
  return reservationProblems(checked, snapshot, eligible);
}

function noEligibleNode(constraints: readonly string[]): Problem {
  if (constraints.length === 0) {
    const message = "No node of the swarm is active and ready";
    const hint = "Start a node, or set one active (`docker node update --availability active NODE`).";
    return { code: "CONFLICT", message, hint };
  }
  const message = `No node that is active and ready matches ${constraints.join(", ")}`;
  const hint =
    "Correct the constraints, label a node (`docker node update --label-add KEY=VALUE NODE`), or start the node that matches.";
  return { code: "CONFLICT", field: "constraints", message, hint };
}

function reservationProblems(
  checked: CheckedRequest,
  { tasks, services }: EngineSnapshot,
  eligible: readonly NodeDetails[],
): Problem[] {
  const { request, updates } = checked;
  const reservation = reservationOf(request);
  if (reservation.NanoCPUs === 0 && reservation.MemoryBytes === 0) return [];
  const own = updates ? services.find(({ name }) => name === request.name)?.ids : undefined;
  const others = tasks.filter(({ ServiceID }) => !own?.includes(ServiceID));
  const needed = tasksOf(request);
  const room = eligible.reduce((sum, node) => sum + timesItFits(reservation, freeResources(node, others)), 0);
  if (room >= needed) return [];
  const message =
    room === 0
      ? `No eligible node has room for ${describeReservation(request)}`
      : `Room for ${room} of ${needed} tasks (each reserves ${describeReservation(request)})`;
  const hint = "Lower the reservation, ask for fewer replicas, or free resources on the nodes.";
  return [{ code: "CONFLICT", field: "resources.Reservations", message, hint }];
}

/** The resources that a request reserves for each task. */
export const reservationOf = ({ resources }: NormalizedRequest): Amounts => ({ ...NONE, ...resources?.Reservations });

/** The resources of a node that no task reserves, as the swarm's scheduler counts them. */
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

/** How many times a reservation fits into free resources. */
export function timesItFits(reservation: Amounts, free: Amounts): number {
  const keys = (["NanoCPUs", "MemoryBytes"] as const).filter((key) => reservation[key] > 0);
  return Math.max(0, Math.min(...keys.map((key) => Math.floor(free[key] / reservation[key]))));
}

function inCpus(nano: number): string {
  const count = Math.round(nano / 1e7) / 100;
  return `${count} ${count === 1 ? "CPU" : "CPUs"}`;
}
const inMebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

export function describeReservation({ resources }: NormalizedRequest): string {
  const { NanoCPUs, MemoryBytes } = resources?.Reservations ?? {};
  return [
    ...(NanoCPUs ? [inCpus(NanoCPUs)] : []),
    ...(MemoryBytes ? [`${inMebibytes(MemoryBytes)} of memory`] : []),
  ].join(" and ");
}
