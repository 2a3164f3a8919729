import type { NormalizedRequest, PreflightOptions, PreflightProblem } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, EngineInfo, NetworkDetails, VolumeDetails } from "@openfactory/docker-engine";
import {
  groupByService,
  type ListedContainer,
  type ServiceContainers,
  toListedContainer,
} from "../containers/group.js";
import type { PlannedContainer } from "../deploy/plan-containers.js";
import { containersOfListing } from "../observe/services.js";

/** A valid request, with its containers. */
export interface CheckedRequest {
  service: string;
  request: NormalizedRequest;
  containers: readonly PlannedContainer[];
  /** The service exists, and is updated. */
  updates: boolean;
}

/** A problem of one request. */
export type Problem = Omit<PreflightProblem, "service">;

/** The state of the engine, as far as the requests need it. */
export interface EngineSnapshot {
  host: string;
  /** Undefined if no request has CPUs, memory or networks. */
  info: EngineInfo | undefined;
  networks: readonly NetworkDetails[];
  volumes: ReadonlyMap<string, VolumeDetails>;
  containers: readonly ListedContainer[];
  services: ReadonlyMap<string, ServiceContainers<ListedContainer>>;
}

/** Takes one call for each kind of object that the requests need, whatever their number. */
export async function takeSnapshot(
  engine: DockerEngine,
  requests: readonly NormalizedRequest[],
  { signal, listed }: PreflightOptions,
): Promise<EngineSnapshot> {
  const ifNeeded = async <Found>(
    needs: (request: NormalizedRequest) => boolean,
    get: () => Promise<Found>,
  ): Promise<Found | undefined> => (requests.some(needs) ? get() : undefined);
  const [info, networks = [], volumes = [], containers] = await Promise.all([
    ifNeeded(
      ({ resources, networks: wanted }) => resources !== undefined || Boolean(wanted?.length),
      () => engine.info({ signal }),
    ),
    ifNeeded(
      ({ networks: wanted }) => Boolean(wanted?.length),
      () => engine.networks.list({}, { signal }),
    ),
    ifNeeded(
      ({ mounts }) => mounts?.some(({ Type }) => Type === "volume") ?? false,
      () => engine.volumes.list({}, { signal }),
    ),
    containersOfListing(listed) ?? listContainers(engine, { signal }),
  ]);
  return {
    host: engine.host,
    info,
    networks,
    volumes: new Map(volumes.map((volume) => [volume.Name, volume])),
    containers,
    services: groupByService(containers),
  };
}

const listContainers = async (engine: DockerEngine, options: CallOptions): Promise<ListedContainer[]> =>
  (await engine.containers.list({}, options)).map(toListedContainer);

/** The ids of the containers that an update of a service replaces or removes; none for a new service. */
export const replacedBy = (
  { service, updates }: Pick<CheckedRequest, "service" | "updates">,
  { services }: EngineSnapshot,
): ReadonlySet<string> => new Set(updates ? services.get(service)?.map(({ id }) => id) : []);
