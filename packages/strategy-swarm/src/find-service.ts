import { DeploymentError, isServiceName, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails } from "@openfactory/docker-engine";

/**
 * The service of exactly that name. The engine's filter takes beginnings of names, and its look-up by name takes ids as
 * well: neither is exact.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function findService(
  engine: DockerEngine,
  serviceName: string,
  { signal }: OperationOptions = {},
): Promise<ServiceDetails> {
  const candidates = isServiceName(serviceName) ? await engine.services.list({ name: [serviceName] }, { signal }) : [];
  const service = candidates.find(({ Spec }) => Spec.Name === serviceName);
  if (service !== undefined) return service;
  throw noService(engine, serviceName);
}

export const noService = (engine: DockerEngine, serviceName: string): DeploymentError => {
  const name = isServiceName(serviceName) ? serviceName : JSON.stringify(serviceName);
  return new DeploymentError("NOT_FOUND", `There is no service ${name} on the swarm of ${engine.host}.`, {
    hint: "Names are exact; `ofdeploy ps` or `docker service ls` lists what is there.",
  });
};
