import type { PreflightOptions } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type CheckedRequest,
  type DockerEngine,
  type EngineInfo,
  ifNeeded,
  type NetworkDetails,
  type VolumeDetails,
} from "@openfactory/docker-engine";
import { referencedFiles } from "@openfactory/docker-translators";
import {
  groupByService,
  type ListedContainer,
  type ServiceContainers,
  toListedContainer,
} from "../containers/group.js";
import type { PlannedContainer } from "../deploy/plan-containers.js";
import { type StoredFile, storedFiles } from "../files/file-volumes.js";
import { containersOfListing } from "../observe/services.js";

/** A valid request, with its containers. */
export interface PlannedRequest extends CheckedRequest {
  readonly containers: readonly PlannedContainer[];
}

/** The state of the engine, as far as the requests need it. */
export interface EngineSnapshot {
  host: string;
  /** Undefined if no request has CPUs, memory or networks. */
  info: EngineInfo | undefined;
  networks: readonly NetworkDetails[];
  volumes: ReadonlyMap<string, VolumeDetails>;
  /** By the name of the volume. */
  files: ReadonlyMap<string, StoredFile>;
  containers: readonly ListedContainer[];
  services: ReadonlyMap<string, ServiceContainers<ListedContainer>>;
}

/** Takes one call for each kind of object that the requests need, whatever their number. */
export async function takeSnapshot(
  engine: DockerEngine,
  requests: readonly CheckedRequest[],
  { signal, listed }: PreflightOptions,
): Promise<EngineSnapshot> {
  const [info, networks = [], volumes = [], containers] = await Promise.all([
    ifNeeded(requests, needsInfo, () => engine.info({ signal })),
    ifNeeded(requests, needsNetworks, () => engine.networks.list({}, { signal })),
    ifNeeded(requests, needsVolumes, () => engine.volumes.list({}, { signal })),
    containersOfListing(listed) ?? listContainers(engine, { signal }),
  ]);
  return {
    host: engine.host,
    info,
    networks,
    volumes: new Map(volumes.map((volume) => [volume.Name, volume])),
    files: new Map(storedFiles(volumes).map((file) => [file.volume, file])),
    containers,
    services: groupByService(containers),
  };
}

const needsNetworks = ({ request: { networks = [] } }: CheckedRequest): boolean => networks.length > 0;

const needsInfo = (checked: CheckedRequest): boolean =>
  checked.request.resources !== undefined || needsNetworks(checked);

const needsVolumes = ({ request }: CheckedRequest): boolean =>
  (request.mounts ?? []).some(({ Type }) => Type === "volume") || referencedFiles(request).length > 0;

const listContainers = async (engine: DockerEngine, options: CallOptions): Promise<ListedContainer[]> =>
  (await engine.containers.list({}, options)).map(toListedContainer);

/** The ids of the containers that an update of a service replaces or removes; none for a new service. */
export const replacedBy = ({ request, updates }: CheckedRequest, { services }: EngineSnapshot): ReadonlySet<string> =>
  new Set(updates ? services.get(request.name)?.map(({ id }) => id) : []);
