import { type Limit, limit } from "@openfactory/deploy-core";

/** What happens to a service. A start counts as `create`, a restart and a rollback as `update`, and a stop as `remove`. */
export type ChangeKind = "create" | "update" | "remove";

/**
 * How many services are changed at the same time, unless the caller chooses a number. A creation costs the engine: by
 * measurement (`npm run bench -- --only concurrency`), a swarm creates 500 services in 7 % less time than with 4, and no faster
 * with more. An update waits for most of its time, until the new version is ready and the old one has exited; both can run
 * meanwhile, and need memory twice. A removal only waits for processes to exit.
 */
export const DEFAULT_CONCURRENCY: Readonly<Record<ChangeKind, number>> = { create: 8, update: 32, remove: 128 };

/** Far more than {@link DEFAULT_CONCURRENCY}: a wait takes long and costs the engine little. Each app in progress needs memory. */
export const APPS_IN_PROGRESS = 512;

/** @param concurrency the caller's number, for changes of all kinds together. Default: {@link DEFAULT_CONCURRENCY}. */
export function changeLimits(concurrency?: number): Readonly<Record<ChangeKind, Limit>> {
  if (concurrency !== undefined) {
    const all = limit(concurrency);
    return { create: all, update: all, remove: all };
  }
  const { create, update, remove } = DEFAULT_CONCURRENCY;
  return { create: limit(create), update: limit(update), remove: limit(remove) };
}

/**
 * Runs `work` for each service, after that of the services that come before it. All others run at the same time.
 * @param before the names of the services that come before one. Those that are not among `services` are ignored.
 * @param work must not reject. Gets the results of the services before, in the order of `before`.
 * @returns the results in the order of the services.
 */
export function inOrder<Service extends { readonly service: string }, Result>(
  services: readonly Service[],
  before: (service: Service) => readonly string[],
  work: (service: Service, before: readonly Result[]) => Promise<Result>,
): Promise<Result[]> {
  const running = new Map<string, Promise<Result>>();
  const run = async (service: Service): Promise<Result> => {
    // By then, all services are in the map.
    await undefined;
    return work(service, await Promise.all(before(service).flatMap((name) => running.get(name) ?? [])));
  };
  return Promise.all(
    services.map((service) => {
      const result = run(service);
      running.set(service.service, result);
      return result;
    }),
  );
}
