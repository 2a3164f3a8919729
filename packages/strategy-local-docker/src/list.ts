import { DeploymentError, type ListOptions, type OperationOptions, type ServiceStatus } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { eachBounded } from "./bounded.js";
import { identity } from "./inspect.js";
import { imageLookup } from "./settings/image-lookup.js";
import { listedServices } from "./status.js";

const INSPECTIONS_AT_ONCE = 8;

/** The services among the containers of an engine, by name. */
export async function listServices(engine: DockerEngine, options: ListOptions): Promise<ServiceStatus[]> {
  const { labels = {}, settings = false, signal } = options;
  const filter = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const listed = listedServices(await engine.containers.list(filter.length > 0 ? { label: filter } : {}, { signal }));
  return settings ? withSettings(engine, listed, options) : listed;
}

async function withSettings(
  engine: DockerEngine,
  listed: readonly ServiceStatus[],
  options: OperationOptions,
): Promise<ServiceStatus[]> {
  const ids = listed.flatMap((service) => service.ids);
  const inspected = await eachBounded(INSPECTIONS_AT_ONCE, ids, (id) => inspectIfThere(engine, id, options));
  const found = new Map(ids.map((id, index) => [id, inspected[index]]));
  const images = imageLookup(engine, options);
  const told = await eachBounded(INSPECTIONS_AT_ONCE, listed, async (service) => {
    const containers = service.ids.map((id) => found.get(id)).filter((container) => container !== undefined);
    return containers.length === 0 ? [] : [{ ...service, ...(await identity(service.name, containers, images)) }];
  });
  // What was removed since it was listed is no service any more.
  return told.flat();
}

async function inspectIfThere(
  engine: DockerEngine,
  id: string,
  { signal }: OperationOptions,
): Promise<ContainerDetails | undefined> {
  try {
    return await engine.containers.inspect(id, { signal });
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}
