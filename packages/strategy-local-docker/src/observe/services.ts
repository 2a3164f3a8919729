import {
  type ListOptions,
  type OperationOptions,
  type ServiceStatus,
  withoutOwnSecrets,
} from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { withoutOwnLabels } from "@openfactory/docker-translators";
import { lookAgain, lookUpFamily, mustBeThere } from "../containers/find.js";
import { familiesOf, type Family, listedMember, type ListedMember, type Member } from "../containers/group.js";
import { inspectIfThere } from "../containers/operations.js";
import { isUndecided, isUnfinished, read, type Reading, readListed } from "../containers/state.js";
import { type ImageLookup, imageLookup } from "../images.js";
import { eachBounded } from "../map-limit.js";
import { revisionOf, toldSettings } from "../settings.js";
import { listedService, serviceStatus } from "./status.js";

/** A service as it is, and as it was asked to be. @throws DeploymentError `NOT_FOUND`. */
export async function inspectService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ServiceStatus> {
  const family = await lookUpFamily(engine, serviceName, options);
  const { current, previous } = read(family);
  mustBeThere(engine, serviceName, current);
  const containers = current.map(({ details }) => details);
  const before = previous[0]?.details.Config;
  const status = serviceStatus(serviceName, containers);
  return withoutOwnSecrets({
    ...status,
    ...((isUnfinished(family) || status.unfinished) && { unfinished: true }),
    ...(await identity(serviceName, containers, imageLookup(engine))),
    ...(before && { previous: { image: before.Image, labels: withoutOwnLabels(before.Labels) } }),
  });
}

/** What only the containers themselves tell, and no listing. */
async function identity(
  serviceName: string,
  containers: readonly ContainerDetails[],
  images: ImageLookup,
): Promise<Pick<ServiceStatus, "settings" | "revision">> {
  return { settings: await toldSettings(serviceName, containers, images), revision: revisionOf(containers) };
}

const INSPECTIONS_AT_ONCE = 8;

/** The containers of each listing, for as long as somebody has it. */
const behind = new WeakMap<readonly ServiceStatus[], readonly ListedMember[]>();

/** The containers that a listing was made of; undefined if it is none of ours. */
export const containersBehind = (listed: readonly ServiceStatus[] | undefined): readonly ListedMember[] | undefined =>
  listed && behind.get(listed);

/** The services among the containers of an engine, by name. */
export async function listServices(engine: DockerEngine, options: ListOptions): Promise<ServiceStatus[]> {
  const { labels = {}, settings = false, signal } = options;
  // All of them: what belongs to a service need not have its labels, such as its version before.
  const containers = (await engine.containers.list({}, { signal })).map(listedMember);
  const families = familiesOf(containers);
  const services = await Promise.all(
    [...families].map(async ([name, family]) =>
      serviceOf(name, family, await readingOf(engine, family, options), labels),
    ),
  );
  const sorted = services.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
  const listed = settings ? await withSettings(engine, sorted, options) : sorted;
  behind.set(listed, containers);
  return listed;
}

/** What a listing does not tell is asked for: only of a service whose update is under way, or was cut off. */
async function readingOf(
  engine: DockerEngine,
  family: Family<ListedMember>,
  options: OperationOptions,
): Promise<Reading<ListedMember>> {
  if (!isUndecided(family)) return readListed(family);
  const { current, previous } = read(await lookAgain(engine, family, options));
  const listed = (members: readonly Member[]) => family.filter(({ id }) => members.some((member) => member.id === id));
  return { current: listed(current), previous: listed(previous) };
}

function serviceOf(
  name: string,
  family: Family,
  { current, previous }: Reading<ListedMember>,
  wanted: Readonly<Record<string, string>>,
): ServiceStatus[] {
  const [first, before] = [current[0]?.summary, previous[0]?.summary];
  if (first === undefined || !Object.entries(wanted).every(([label, value]) => first.Labels[label] === value))
    return [];
  const status = listedService(
    name,
    current.map(({ summary }) => summary),
  );
  return [
    {
      ...status,
      ...((isUnfinished(family) || status.unfinished) && { unfinished: true }),
      ...(before && { previous: { image: before.Image, labels: withoutOwnLabels(before.Labels) } }),
    },
  ];
}

async function withSettings(
  engine: DockerEngine,
  listed: readonly ServiceStatus[],
  options: OperationOptions,
): Promise<ServiceStatus[]> {
  const ids = listed.flatMap((service) => service.ids);
  const inspected = await eachBounded(INSPECTIONS_AT_ONCE, ids, (id) => inspectIfThere(engine, id, options));
  const found = new Map(ids.map((id, index) => [id, inspected[index]]));
  const images = imageLookup(engine);
  const told = await eachBounded(INSPECTIONS_AT_ONCE, listed, async (service) => {
    const containers = service.ids.map((id) => found.get(id)).filter((container) => container !== undefined);
    return containers.length === 0 ? [] : [{ ...service, ...(await identity(service.name, containers, images)) }];
  });
  // What was removed since it was listed is no service any more.
  return told.flat();
}
