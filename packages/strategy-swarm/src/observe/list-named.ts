import { type DockerEngine, perEngine, type ServiceDetails } from "@openfactory/docker-engine";

/** A filter has at most this many names: beyond that, a list of all is the shorter request. */
export const MAX_FILTER_NAMES = 100;

/** The number of services at the last list of all of them. */
const swarmSize = perEngine(() => ({ services: 0 }));

/** What `read` returns for each service that the engine finds for the names; without names, for all. */
export async function listSwarm<Result>(
  engine: DockerEngine,
  names: readonly string[] | undefined,
  read: (service: ServiceDetails) => Result,
): Promise<Result[]> {
  const listed = await engine.services.listEach<Result>(read, names ? { name: names } : {});
  if (!names) swarmSize(engine).services = listed.length;
  return listed;
}

/**
 * What the engine lists for the names of services, or for their ids: in one call, which lists everything if the names are too many
 * for a filter; or, if they are at most a quarter of a swarm's services, in one call for each filter. Otherwise each poll
 * would cost more the more services there are.
 * @param list lists the items of these names; without names, everything.
 */
export async function listNamed<Item>(
  engine: DockerEngine,
  names: readonly string[],
  list: (names?: readonly string[]) => Promise<Item[]>,
): Promise<Item[]> {
  if (names.length <= MAX_FILTER_NAMES) return list(names);
  if (names.length > swarmSize(engine).services / 4) return list();
  const parts = Array.from({ length: Math.ceil(names.length / MAX_FILTER_NAMES) }, (_, call) =>
    names.slice(call * MAX_FILTER_NAMES, (call + 1) * MAX_FILTER_NAMES),
  );
  return (await Promise.all(parts.map((part) => list(part)))).flat();
}
