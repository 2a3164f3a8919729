import type { ElsewhereOptions, OtherPlatform } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { REPLICA_LABEL } from "@openfactory/docker-translators";

/** On every container of a task (Engine API). */
const TASK_LABEL = "com.docker.swarm.task.id";

/** The wanted services that run as containers of the manager's own engine, outside the swarm: one call. */
export async function elsewhere(engine: DockerEngine, { labels, signal }: ElsewhereOptions): Promise<OtherPlatform[]> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const containers = await engine.containers.list({ label }, { signal });
  const names = containers
    .filter(({ Labels }) => Labels[TASK_LABEL] === undefined)
    .map(({ Names, Labels }) => Labels[REPLICA_LABEL] ?? nameOf(Names));
  return [{ platform: "docker", services: [...new Set(names)].sort() }];
}

/** A version kept for a rollback is `web.previous`, and a service's own name has no dot. */
const nameOf = ([name = ""]: readonly string[]): string => name.slice(1).split(".")[0] ?? "";
