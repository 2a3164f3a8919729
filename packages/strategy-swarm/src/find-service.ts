import { DeploymentError, isServiceName, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails } from "@openfactory/docker-engine";
import { perEngine } from "./per-engine.js";
import { AT_ONCE, SharedLook } from "./shared-look.js";

/** More services than these are not named one by one: a listing of all is shorter than the filter. */
export const MOST_FILTERED = 100;

/** Those that look for services at the same time share a call. */
const lookUps = perEngine(
  (engine) =>
    new SharedLook<string, ServiceDetails | undefined>(async (names) => {
      const found = await servicesNamed(engine, names);
      return (name) => found.get(name);
    }, AT_ONCE),
);

/**
 * The service of exactly that name.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function findService(
  engine: DockerEngine,
  serviceName: string,
  { signal }: OperationOptions = {},
): Promise<ServiceDetails> {
  const isName = isServiceName(serviceName);
  const service = isName ? await lookUps(engine).next(serviceName, { signal, service: serviceName }) : undefined;
  return service ?? Promise.reject(noService(engine, serviceName));
}

/**
 * Services of exactly these names, in one call. The engine's filter takes beginnings of names, and its look-up by name
 * takes ids as well: neither is exact.
 */
export async function servicesNamed(
  engine: DockerEngine,
  names: readonly string[],
): Promise<Map<string, ServiceDetails>> {
  const wanted = names.filter(isServiceName);
  const listed =
    wanted.length === 0 ? [] : await engine.services.list(wanted.length > MOST_FILTERED ? {} : { name: wanted });
  return new Map(listed.map((service) => [service.Spec.Name, service]));
}

export const noService = (engine: DockerEngine, serviceName: string): DeploymentError => {
  const name = isServiceName(serviceName) ? serviceName : JSON.stringify(serviceName);
  return new DeploymentError("NOT_FOUND", `There is no service ${name} on the swarm of ${engine.host}.`, {
    hint: "Names are exact; `ofdeploy ps` or `docker service ls` lists what is there.",
  });
};
