import type { Filters } from "../engine.js";
import type { ContainerSummary } from "../engine-types.js";
import type { ListContainers } from "./dialect.js";

/** By health, as Docker writes it into a container's status. */
const WORDS = { starting: "health: starting", healthy: "healthy", unhealthy: "unhealthy" } as const;

/** Podman lists by health, and tells none in the list: it is asked for each, and put where Docker has it. */
export async function listWithHealth(list: ListContainers, filters: Filters = {}): Promise<ContainerSummary[]> {
  const words = new Map<string, string>();
  const ask = async ([health, word]: [string, string]): Promise<void> => {
    for (const { Id } of await list({ ...filters, health: [health] })) words.set(Id, word);
  };
  const [containers] = await Promise.all([list(filters), ...Object.entries(WORDS).map(ask)]);
  return containers.map((container) => {
    const word = container.State === "running" ? words.get(container.Id) : undefined;
    return word === undefined ? container : { ...container, Status: `${container.Status} (${word})` };
  });
}
