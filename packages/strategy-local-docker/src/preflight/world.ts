import type { OperationOptions } from "@openfactory/deploy-core";
import type { ContainerSummary, DockerEngine, EngineInfo, NetworkDetails, VolumeDetails } from "@openfactory/docker-engine";
import { familiesOf, type Family } from "../family/families.js";
import { listedMember, type Member } from "../family/member.js";

/** A container as it is listed, and whose it is. */
export interface ListedContainer extends Member {
  summary: ContainerSummary;
}

/** What there is on the engine. */
export interface World {
  host: string;
  apiVersion: string;
  info: EngineInfo;
  networks: readonly NetworkDetails[];
  volumes: ReadonlyMap<string, VolumeDetails>;
  containers: readonly ListedContainer[];
  families: ReadonlyMap<string, Family<ListedContainer>>;
}

/** A few calls, whatever is to be deployed. */
export async function lookAround(engine: DockerEngine, { signal }: OperationOptions): Promise<World> {
  const [apiVersion, info, networks, volumes, summaries] = await Promise.all([
    engine.apiVersion({ signal }),
    engine.info({ signal }),
    engine.networks.list({}, { signal }),
    engine.volumes.list({}, { signal }),
    engine.containers.list({}, { signal }),
  ]);
  const containers = summaries.map((summary): ListedContainer => ({ ...listedMember(summary), summary }));
  return {
    host: engine.host,
    apiVersion,
    info,
    networks,
    volumes: new Map(volumes.map((volume) => [volume.Name, volume])),
    containers,
    families: familiesOf(containers),
  };
}

/** The containers that an update of a service replaces, or tidies up. */
export const ownContainers = ({ families }: World, service: string): ReadonlySet<string> =>
  new Set(families.get(service)?.map(({ id }) => id));
