import { isDeepStrictEqual } from "node:util";
import {
  isBookkeepingLabel,
  type NormalizedRequest,
  type PreflightProblem,
  type PublishedPort,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { NodeDetails } from "@openfactory/docker-engine";
import { toServiceSettings } from "@openfactory/docker-translators";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import { freeResources, inWords, reservationOf, times } from "./placement.js";
import { isHostPort, nodesOf } from "./ports.js";
import { type CheckedRequest, type EngineSnapshot, problem } from "./snapshot.js";

/**
 * What a new task needs and the old task still has, when an update starts the new task first: a port in `host` mode, or
 * room for a reservation. One node that has it free is enough for a replicated service, whose tasks go one after the
 * other; a task of a global service has no other node.
 */
export function startFirstProblems(candidate: CheckedRequest, world: EngineSnapshot): PreflightProblem[] {
  const { request, updates } = candidate;
  const present = world.services.find(({ name }) => name === request.name);
  if (!updates || present === undefined || request.updateConfig?.Order !== "start-first") return [];
  if (!replacesTasks(candidate, world, present.settings)) return [];
  const running = nodesOf(new Set([request.name]), world);
  const fitting = eligibleNodes(world.nodes, request.constraints);
  const held = fitting.filter(({ ID }) => running.has(ID));
  // Tasks that run elsewhere, or not at all, hold nothing here.
  if (held.length === 0) return [];
  const update = { candidate, world, ports: present.ports, fitting, held };
  return [...portProblems(update), ...reservationProblems(update)];
}

interface Update {
  candidate: CheckedRequest;
  world: EngineSnapshot;
  /** Of the present version. */
  ports: readonly PublishedPort[];
  /** The nodes that may run the new version. */
  fitting: readonly NodeDetails[];
  /** Those of them that run a task of the present version. */
  held: readonly NodeDetails[];
}

function portProblems({ candidate, world, ports: present, fitting, held }: Update): PreflightProblem[] {
  const { request } = candidate;
  return (request.ports ?? []).filter(isHostPort).flatMap((port) => {
    if (!present.some((one) => isHostPort(one) && isSamePort(one, port))) return [];
    const others = world.services.filter(
      ({ name, ports }) => name !== request.name && ports.some((one) => isHostPort(one) && isSamePort(one, port)),
    );
    const taken = nodesOf(new Set(others.map(({ name }) => name)), world);
    const free = fitting.filter((node) => !taken.has(node.ID) && !held.includes(node));
    if (free.length > 0 && !isGlobal(request)) return [];
    return [conflict(candidate, `host port ${port.published}/${port.protocol}`, held)];
  });
}

const isSamePort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published === b.published && a.protocol === b.protocol;

function reservationProblems({ candidate, world, fitting, held }: Update): PreflightProblem[] {
  const asked = reservationOf(candidate.request);
  if (asked.NanoCPUs === 0 && asked.MemoryBytes === 0) return [];
  const hasRoom = (node: NodeDetails): boolean => times(asked, freeResources(node, world.tasks)) > 0;
  const full = held.filter((node) => !hasRoom(node));
  const isStuck = isGlobal(candidate.request) ? full.length > 0 : !fitting.some(hasRoom);
  return isStuck ? [conflict(candidate, `the reservation of ${inWords(candidate.request)}`, full)] : [];
}

function conflict(candidate: CheckedRequest, what: string, nodes: readonly NodeDetails[]): PreflightProblem {
  const names = nodes
    .map(({ Description }) => Description.Hostname)
    .toSorted()
    .join(", ");
  const elsewhere = isGlobal(candidate.request) ? "" : ", and no other node that may run it is free";
  return problem(candidate, {
    code: "CONFLICT",
    field: "updateConfig.Order",
    message: `The update order start-first starts a new task beside the old one, which has ${what} on ${names}${elsewhere}`,
    hint: "Set the update order to stop-first, or make room on one more node that the constraints allow.",
  });
}

const isGlobal = ({ mode }: NormalizedRequest): boolean => mode !== undefined && "Global" in mode;

/** Fields whose change replaces no task. */
const KEPT: ReadonlySet<string> = new Set(["mode", "updateConfig", "rollbackConfig", "replicaEnv"]);

/** Whether the update replaces tasks; it may where that is not known. */
function replacesTasks(
  { request }: CheckedRequest,
  { apiVersion }: EngineSnapshot,
  settings: ServiceSettings | undefined,
): boolean {
  if (settings === undefined || request.imagePullPolicy === "always") return true;
  return !isDeepStrictEqual(ofTasks(settings), ofTasks(toServiceSettings(request, { apiVersion })));
}

const ofTasks = ({ labels = {}, ...settings }: ServiceSettings): object => ({
  ...Object.fromEntries(Object.entries(settings).filter(([field]) => !KEPT.has(field))),
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !isBookkeepingLabel(label))),
});
