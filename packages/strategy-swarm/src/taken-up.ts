import { isDeepStrictEqual } from "node:util";
import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import { constraintsOf, fittingNodes } from "./fitting-nodes.js";
import { serviceLooks } from "./looks.js";
import type { Observation } from "./observe.js";
import { isSameTemplate } from "./same-template.js";

const LOOK_EVERY_MS = 25;
/** The swarm takes milliseconds, but for the moments in which it chooses another leader. */
const PATIENCE_MS = 10_000;

/**
 * Waits until the swarm has begun to replace the tasks of a service that was changed: until then they run as if nothing
 * had happened. Resolves at once where the change replaces none.
 * @throws DeploymentError `ABORTED`. That the swarm can't be asked is no error here: the change is made.
 */
export async function untilTakenUp(
  engine: DockerEngine,
  before: ServiceDetails,
  { signal }: OperationOptions,
): Promise<void> {
  if (before.Spec.Mode?.Replicated?.Replicas === 0) return;
  const { Name: service } = before.Spec;
  const end = Date.now() + PATIENCE_MS;
  const look = (withinMs: number) => serviceLooks(engine).next(service, { signal, service, withinMs });
  const isAsBefore = ({ service: after }: Observation) => after.ID === before.ID && after.UpdateStatus === undefined;
  try {
    let after = await look(0);
    if (!isAsBefore(after) || !(await replacesTasks(engine, before, after, { signal }))) return;
    while (isAsBefore(after) && Date.now() < end) after = await look(LOOK_EVERY_MS);
  } catch (error) {
    if (signal?.aborted || !DeploymentError.isInstance(error)) throw error;
  }
}

/** Whether there are tasks that the change makes the swarm replace. A job begins anew at once. */
async function replacesTasks(
  engine: DockerEngine,
  { Spec: from }: ServiceDetails,
  { service: { Spec: to }, tasks: all }: Observation,
  options: CallOptions,
): Promise<boolean> {
  const [isOther, isElsewhere] = [isOtherTask(from, to), !isDeepStrictEqual(constraintsOf(from), constraintsOf(to))];
  if (to.Mode?.ReplicatedJob || to.Mode?.GlobalJob || !(isOther || isElsewhere)) return false;
  const tasks = all.filter(({ DesiredState }) => DesiredState === "running");
  if (isOther || tasks.length === 0) return tasks.length > 0;
  const fitting = new Set(fittingNodes(await engine.nodes.list(options), constraintsOf(to)).map((node) => node.ID));
  return tasks.some(({ NodeID }) => NodeID !== undefined && !fitting.has(NodeID));
}

const isOtherTask = (from: ServiceSpec, to: ServiceSpec): boolean =>
  !isSameTemplate(from.TaskTemplate, to.TaskTemplate) || !isDeepStrictEqual(from.EndpointSpec, to.EndpointSpec);
