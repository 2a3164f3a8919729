import { isDeepStrictEqual } from "node:util";
import {
  isMetadataLabel,
  type NormalizedRequest,
  type PublishedPort,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { CheckedRequest, NodeDetails, Problem } from "@openfactory/docker-engine";
import { toServiceSettings } from "@openfactory/docker-translators";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import { describeReservation, freeResources, reservationOf, timesItFits } from "./placement.js";
import { isHostPort, nodesOf } from "./ports.js";
import type { EngineSnapshot } from "./snapshot.js";

/**
 * Host ports and reservations that an update with the order start-first can't get because the old task still has them.
 * One free node is enough for a replicated service, whose tasks are replaced in sequence. A task of a global service has
 * no other node.
 */
export function startFirstProblems(checked: CheckedRequest, snapshot: EngineSnapshot): Problem[] {
  const { request, updates } = checked;
  const existing = snapshot.services.find(({ name }) => name === request.name);
  if (!updates || existing === undefined || request.updateConfig?.Order !== "start-first") return [];
  if (!replacesTasks(checked, snapshot, existing.settings)) return [];
  const running = nodesOf(new Set([request.name]), snapshot);
  const eligible = eligibleNodes(snapshot.nodes, request.constraints);
  const occupied = eligible.filter(({ ID }) => running.has(ID));
  // No old task is in the way if none runs on an eligible node.
  if (occupied.length === 0) return [];
  const update = { checked, snapshot, currentPorts: existing.ports, eligible, occupied };
  return [...portProblems(update), ...reservationProblems(update)];
}

interface StartFirstUpdate {
  checked: CheckedRequest;
  snapshot: EngineSnapshot;
  /** The ports of the current version. */
  currentPorts: readonly PublishedPort[];
  /** The nodes that may run the new version. */
  eligible: readonly NodeDetails[];
  /** The eligible nodes that run a task of the current version. */
  occupied: readonly NodeDetails[];
}

function portProblems({ checked, snapshot, currentPorts, eligible, occupied }: StartFirstUpdate): Problem[] {
  const { request } = checked;
  return (request.ports ?? []).filter(isHostPort).flatMap((port) => {
    if (!currentPorts.some((current) => isHostPort(current) && isSamePort(current, port))) return [];
    const others = snapshot.services.filter(
      ({ name, ports }) => name !== request.name && ports.some((other) => isHostPort(other) && isSamePort(other, port)),
    );
    const taken = nodesOf(new Set(others.map(({ name }) => name)), snapshot);
    const free = eligible.filter((node) => !taken.has(node.ID) && !occupied.includes(node));
    if (free.length > 0 && !isGlobal(request)) return [];
    return [conflict(checked, `host port ${port.published}/${port.protocol}`, occupied)];
  });
}

const isSamePort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published === b.published && a.protocol === b.protocol;

function reservationProblems({ checked, snapshot, eligible, occupied }: StartFirstUpdate): Problem[] {
  const reservation = reservationOf(checked.request);
  if (reservation.NanoCPUs === 0 && reservation.MemoryBytes === 0) return [];
  const hasRoom = (node: NodeDetails): boolean => timesItFits(reservation, freeResources(node, snapshot.tasks)) > 0;
  const full = occupied.filter((node) => !hasRoom(node));
  const isBlocked = isGlobal(checked.request) ? full.length > 0 : !eligible.some(hasRoom);
  return isBlocked ? [conflict(checked, `the reservation of ${describeReservation(checked.request)}`, full)] : [];
}

function conflict(checked: CheckedRequest, resource: string, nodes: readonly NodeDetails[]): Problem {
  const names = nodes
    .map(({ Description }) => Description.Hostname)
    .toSorted()
    .join(", ");
  const noOther = isGlobal(checked.request) ? "" : ", and no other eligible node is free";
  return {
    code: "CONFLICT",
    field: "updateConfig.Order",
    message: `The update order start-first starts the new task while the old one still has ${resource} on ${names}${noOther}`,
    hint: "Set the update order to stop-first, or free resources on one more node that the constraints allow.",
  };
}

const isGlobal = ({ mode }: NormalizedRequest): boolean => mode !== undefined && "Global" in mode;

/** Fields whose change replaces no tasks. */
const IN_PLACE: ReadonlySet<string> = new Set(["mode", "updateConfig", "rollbackConfig", "replicaEnv"]);

/** Whether the update replaces tasks. True if that is unknown. */
function replacesTasks(
  { request }: CheckedRequest,
  { apiVersion }: EngineSnapshot,
  settings: ServiceSettings | undefined,
): boolean {
  if (settings === undefined || request.imagePullPolicy === "always") return true;
  return !isDeepStrictEqual(taskSettings(settings), taskSettings(toServiceSettings(request, { apiVersion })));
}

const taskSettings = ({ labels = {}, ...settings }: ServiceSettings): object => ({
  ...Object.fromEntries(Object.entries(settings).filter(([field]) => !IN_PLACE.has(field))),
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !isMetadataLabel(label))),
});
