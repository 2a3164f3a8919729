import { DeploymentError } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import type { NetworkNames } from "@openfactory/docker-translators";
import { perEngine } from "./per-engine.js";
import { AT_ONCE, SharedLook } from "./shared-look.js";

/** Those that want them at the same time share a call. */
const listings = perEngine(
  (engine) =>
    new SharedLook<"all", NetworkNames>(async () => {
      const names = new Map((await engine.networks.list({})).map(({ Id, Name }) => [Id, Name]));
      return () => names;
    }, AT_ONCE),
);

/**
 * The names of networks by id: one call where some service has networks, none otherwise. The swarm has networks `host` and
 * `bridge` of its own, which no list shows: these are asked for one by one.
 */
export async function networkNames(
  engine: DockerEngine,
  services: readonly ServiceDetails[],
  options: CallOptions,
): Promise<NetworkNames> {
  const joined = new Set(services.flatMap(({ Spec }) => targetsOf(Spec)));
  if (joined.size === 0) return new Map();
  const listed = await listings(engine).next("all", options);
  const unlisted = [...joined].filter((id) => !listed.has(id));
  const names = await Promise.all(unlisted.map(async (id) => [id, await nameOf(engine, id, options)] as const));
  return new Map([...listed, ...names]);
}

/** Ids of the networks that a service joins. */
export const targetsOf = ({ TaskTemplate }: ServiceSpec): string[] =>
  ((TaskTemplate["Networks"] ?? []) as { Target: string }[]).map(({ Target }) => Target);

/** A network that is gone is told by its id. */
async function nameOf(engine: DockerEngine, id: string, options: CallOptions): Promise<string> {
  try {
    return (await engine.networks.inspect(id, options)).Name;
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return id;
    throw error;
  }
}
