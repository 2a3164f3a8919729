import type { NormalizedRequest, PreflightOptions } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, EngineInfo, NetworkDetails, VolumeDetails } from "@openfactory/docker-engine";
import { familiesOf, type Family, listedMember, type ListedMember } from "../containers/group.js";
import { containersBehind } from "../observe/services.js";

/** What there is on the engine, as far as some requests make it worth asking for. */
export interface World {
  host: string;
  /** Undefined where no request asks for CPUs, memory or networks. */
  info: EngineInfo | undefined;
  networks: readonly NetworkDetails[];
  volumes: ReadonlyMap<string, VolumeDetails>;
  containers: readonly ListedMember[];
  families: ReadonlyMap<string, Family<ListedMember>>;
}

/** One call for each kind of thing that the requests need, whatever their number. */
export async function lookAround(
  engine: DockerEngine,
  requests: readonly NormalizedRequest[],
  { signal, listed }: PreflightOptions,
): Promise<World> {
  const ifSome = async <Found>(
    needs: (request: NormalizedRequest) => boolean,
    ask: () => Promise<Found>,
  ): Promise<Found | undefined> => (requests.some(needs) ? ask() : undefined);
  const [info, networks = [], volumes = [], containers] = await Promise.all([
    ifSome(
      ({ resources, networks: wanted }) => resources !== undefined || Boolean(wanted?.length),
      () => engine.info({ signal }),
    ),
    ifSome(
      ({ networks: wanted }) => Boolean(wanted?.length),
      () => engine.networks.list({}, { signal }),
    ),
    ifSome(
      ({ mounts }) => mounts?.some(({ Type }) => Type === "volume") ?? false,
      () => engine.volumes.list({}, { signal }),
    ),
    containersBehind(listed) ?? listContainers(engine, { signal }),
  ]);
  return {
    host: engine.host,
    info,
    networks,
    volumes: new Map(volumes.map((volume) => [volume.Name, volume])),
    containers,
    families: familiesOf(containers),
  };
}

const listContainers = async (engine: DockerEngine, options: CallOptions): Promise<ListedMember[]> =>
  (await engine.containers.list({}, options)).map(listedMember);

/** The containers that an update of a service replaces, or tidies up. */
export const ownContainers = ({ families }: World, service: string): ReadonlySet<string> =>
  new Set(families.get(service)?.map(({ id }) => id));
