import type { TaskDetails } from "@openfactory/docker-engine";
import { noService, servicesNamed } from "./find-service.js";
import { type Observation, tasksByService } from "./observe.js";
import { perEngine } from "./per-engine.js";
import { type Pause, SharedLook } from "./shared-look.js";
import { isOnEveryNode, type Nodes, nodesById } from "./tasks.js";

/** Swarm tells no events of tasks: managers must be asked. Nobody is told later than 100 ms and a look after the swarm knows. */
const PAUSE: Pause = { least: 40, times: 5, most: 100 };

/** Looks at services by their exact names, in two calls. It throws DeploymentError `NOT_FOUND` for one that is not there. */
export const serviceLooks = perEngine((engine) => {
  let nodes: Nodes = new Map();
  return new SharedLook<string, Observation>(async (names) => {
    const services = await servicesNamed(engine, names);
    const found = names.flatMap((name) => services.get(name) ?? []);
    const tasks = found.length === 0 ? new Map<string, TaskDetails[]>() : await tasksByService(engine, found);
    // Nodes come and go seldom: they are asked for anew only for a task on one that is not known, and where each counts.
    const isKnown = ({ NodeID }: TaskDetails): boolean => NodeID === undefined || nodes.has(NodeID);
    const needsNodes = found.some(isOnEveryNode) || ![...tasks.values()].flat().every(isKnown);
    if (needsNodes) nodes = nodesById(await engine.nodes.list());
    return (name) => {
      const service = services.get(name);
      if (service === undefined) throw noService(engine, name);
      return { service, tasks: tasks.get(service.ID) ?? [], nodes };
    };
  }, PAUSE);
});

/**
 * Looks at the tasks of services that are gone, by the services' ids, in one call: the engine takes no such service for a
 * filter, but lists its tasks until their nodes have told that the containers ended.
 */
export const remainingTasks = perEngine(
  (engine) =>
    new SharedLook<string, TaskDetails[]>(async () => {
      const tasks = Map.groupBy(await engine.tasks.list({}), ({ ServiceID }) => ServiceID);
      return (id) => tasks.get(id) ?? [];
    }, PAUSE),
);
