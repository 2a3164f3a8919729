import type { DockerEngine, TaskDetails } from "@openfactory/docker-engine";
import { constraintsOf, fittingNodes } from "./fitting-nodes.js";
import type { Observation } from "./observe.js";

/** Ended this often at one place, a task is in a crash loop. */
const CRASHES = 2;
/** So many nodes that turn a task away speak for all of them. */
const NODES = 3;
/** So many times turned away, wherever, is enough. */
const REJECTIONS = 4;

/**
 * Whether tasks that ended at one place say that further ones will. A task that is rejected may find another node that
 * has the image or the directory: only when those that there are have turned it away is it in vain.
 */
export async function isCrashLoop(
  engine: DockerEngine,
  { service }: Observation,
  ended: readonly TaskDetails[],
  signal?: AbortSignal,
): Promise<boolean> {
  if (ended.length < CRASHES) return false;
  const rejected = ended.filter(({ Status }) => Status.State === "rejected");
  if (rejected.length < ended.length || rejected.length >= REJECTIONS) return true;
  const tried = new Set(rejected.map(({ NodeID }) => NodeID)).size;
  if (tried >= NODES) return true;
  return tried >= fittingNodes(await engine.nodes.list({ signal }), constraintsOf(service.Spec)).length;
}
