import {
  type ListOptions,
  mapLimit,
  type OperationOptions,
  redactStatus,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { type ContainerDetails, type DockerEngine, hasLabels } from "@openfactory/docker-engine";
import { OPERATION_LABEL, unmappedContainerSettings, withoutStrategyLabels } from "@openfactory/docker-translators";
import { assertFound, findServiceContainers, inspectContainers } from "../containers/find.js";
import {
  groupByService,
  type InspectedContainer,
  type ListedContainer,
  type ServiceContainer,
  type ServiceContainers,
  toInspectedContainer,
  toListedContainer,
} from "../containers/group.js";
import { formatContainerName } from "../containers/names.js";
import { inspectIfExists } from "../containers/operations.js";
import {
  isUnfinished,
  needsInspection,
  type ResolvedState,
  resolveListedState,
  resolveState,
  unfinishedIn,
} from "../containers/state.js";
import { type ImageLookup, imageLookup } from "../deploy/images.js";
import { readSettings, revisionOf } from "../settings.js";
import { listedServiceStatus, serviceStatus } from "./status.js";

const MAX_INSPECTIONS = 8;

/** The details of the containers of one listing: each container is inspected once. */
class Inspections {
  readonly #engine: DockerEngine;
  readonly #options: OperationOptions;
  readonly #details = new Map<string, ContainerDetails | undefined>();

  constructor(engine: DockerEngine, options: OperationOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Containers that were removed since the listing are left out. */
  async of(ids: readonly string[]): Promise<ContainerDetails[]> {
    const unknown = ids.filter((id) => !this.#details.has(id));
    await mapLimit(MAX_INSPECTIONS, unknown, async (id) => {
      this.#details.set(id, await inspectIfExists(this.#engine, id, this.#options));
    });
    return ids.flatMap((id) => this.#details.get(id) ?? []);
  }
}

/** A service with its settings. @throws DeploymentError `NOT_FOUND`. */
export async function inspectService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ServiceStatus> {
  const group = await findServiceContainers(engine, serviceName, options);
  const { current, previous } = resolveState(group);
  assertFound(engine, serviceName, current);
  const containers = current.map(({ details }) => details);
  const previousContainers = previous.map(({ details }) => details);
  const previousConfig = previousContainers[0]?.Config;
  const status = serviceStatus(serviceName, containers);
  const unfinished = unfinishedIn(group, { current });
  const images = imageLookup(engine);
  return redactStatus({
    ...status,
    ...((isUnfinished(group) || status.unfinished) && { unfinished: true }),
    ...(unfinished.length > 0 && { unfinishedVersion: inspectedVersion(serviceName, unfinished) }),
    ...(await settingsAndRevision(serviceName, containers, images)),
    ...(await unmappedSettings(containers, images)),
    ...(previousConfig && {
      previous: {
        image: previousConfig.Image,
        labels: withoutStrategyLabels(previousConfig.Labels),
        settings: await readSettings(serviceName, previousContainers, images),
      },
    }),
  });
}

/** The name of a version of a service. */
const versionName = (service: string, [first]: readonly ServiceContainer[]): string =>
  // A container that an update created may have the name of the service already.
  formatContainerName({ base: service, role: first?.role ?? "candidate" });

function inspectedVersion(service: string, containers: readonly InspectedContainer[]): ServiceStatus {
  const status = serviceStatus(
    versionName(service, containers),
    containers.map(({ details }) => details),
  );
  // Errors may repeat values of variables, and only those of the service's own settings are masked.
  return { ...status, instances: status.instances.map(({ error: _, ...instance }) => instance), versionOf: service };
}

/** The settings of another tool's container for which a request has no field. The strategy's own containers have none. */
async function unmappedSettings(
  [first]: readonly ContainerDetails[],
  images: ImageLookup,
): Promise<Pick<ServiceStatus, "unmappedSettings">> {
  if (first === undefined || first.Config.Labels[OPERATION_LABEL] !== undefined) return {};
  const unmapped = unmappedContainerSettings(first, (await images(first.Image))?.Config);
  return unmapped.length === 0 ? {} : { unmappedSettings: unmapped };
}

/** The services among the containers of an engine, by name. */
export async function listServices(engine: DockerEngine, options: ListOptions): Promise<ServiceStatus[]> {
  const { labels = {}, settings = false, isRelevant = () => true, signal } = options;
  // Without a filter: containers of a service may lack its labels, such as those of its previous version.
  const containers = (await engine.containers.list({}, { signal })).map(toListedContainer);
  // The others cost no call, so that an engine with many of them does not slow down the work on a few.
  const mayBeRelevant = (name: string, group: ServiceContainers<ListedContainer>): boolean =>
    group.some(({ summary: { Labels } }) => hasLabels(Labels, labels) && isRelevant({ name, labels: Labels }));
  const groups = [...groupByService(containers)];
  const relevant = new Set(groups.flatMap(([name, group]) => (mayBeRelevant(name, group) ? [name] : [])));
  const resolved = await Promise.all(
    groups.map(async ([name, group]) => ({ name, group, state: await resolveGroup(engine, group, options) })),
  );
  const inspections = new Inspections(engine, options);
  const stopped = await findStopped(
    inspections,
    resolved.flatMap(({ name, state }) => (relevant.has(name) ? state.current : [])),
  );
  const services = resolved.map(({ name, group, state }) => toServiceStatus(name, group, state, stopped, labels));
  const sorted = services.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
  const listed = settings ? await withSettings(engine, sorted, inspections, relevant) : sorted;
  containersByListing.set(listed, containers);
  return listed;
}

/** The containers of each listing, while the caller keeps it. */
const containersByListing = new WeakMap<readonly ServiceStatus[], readonly ListedContainer[]>();

/** The containers of a listing; undefined if {@link listServices} did not return it. */
export const containersOfListing = (
  listed: readonly ServiceStatus[] | undefined,
): readonly ListedContainer[] | undefined => listed && containersByListing.get(listed);

/** Inspects only containers of services whose update is in progress, or was interrupted. */
async function resolveGroup(
  engine: DockerEngine,
  group: ServiceContainers<ListedContainer>,
  options: OperationOptions,
): Promise<ResolvedState<ListedContainer>> {
  if (!needsInspection(group)) return resolveListedState(group);
  const { current, previous } = resolveState(await inspectContainers(engine, group, options));
  const listed = (containers: readonly ServiceContainer[]) =>
    group.filter(({ id }) => containers.some((container) => container.id === id));
  return { current: listed(current), previous: listed(previous) };
}

/**
 * The ids of the containers that were stopped. A listing does not contain the restart policy, which distinguishes them from those
 * that ended by themselves: one call for each container that has ended.
 */
async function findStopped(
  inspections: Inspections,
  containers: readonly ListedContainer[],
): Promise<ReadonlySet<string>> {
  const ended = containers.filter(({ summary, placeholder }) => summary.State === "exited" && !placeholder);
  const found = (await inspections.of(ended.map(({ id }) => id))).map(toInspectedContainer);
  return new Set(found.filter(({ stopped }) => stopped).map(({ id }) => id));
}

/** @returns nothing for a service that lacks a wanted label; for a group without current containers, its versions. */
function toServiceStatus(
  name: string,
  group: ServiceContainers<ListedContainer>,
  state: ResolvedState<ListedContainer>,
  stopped: ReadonlySet<string>,
  wanted: Readonly<Record<string, string>>,
): ServiceStatus[] {
  const { current, previous } = state;
  const [first, before] = [current[0]?.summary, previous[0]?.summary];
  if (first === undefined) {
    const versions = [...Map.groupBy(group, ({ role }) => role).values()];
    return versions
      .map((containers) => listedVersion(name, containers, stopped))
      .filter(({ labels }) => hasLabels(labels, wanted));
  }
  if (!hasLabels(first.Labels, wanted)) return [];
  const unfinished = unfinishedIn(group, state);
  const status = listedServiceStatus(
    name,
    current.map(({ summary }) => summary),
    stopped,
  );
  return [
    {
      ...status,
      ...((isUnfinished(group) || status.unfinished) && { unfinished: true }),
      ...(unfinished.length > 0 && { unfinishedVersion: listedVersion(name, unfinished, stopped) }),
      ...(before && { previous: { image: before.Image, labels: withoutStrategyLabels(before.Labels) } }),
    },
  ];
}

const listedVersion = (
  service: string,
  containers: readonly ListedContainer[],
  stopped: ReadonlySet<string>,
): ServiceStatus => ({
  ...listedServiceStatus(
    versionName(service, containers),
    containers.map(({ summary }) => summary),
    stopped,
  ),
  versionOf: service,
});

async function withSettings(
  engine: DockerEngine,
  listed: readonly ServiceStatus[],
  inspections: Inspections,
  relevant: ReadonlySet<string>,
): Promise<ServiceStatus[]> {
  const wanted = listed.filter(({ name }) => relevant.has(name));
  await inspections.of(wanted.flatMap((service) => service.ids));
  const images = imageLookup(engine);
  const read = await mapLimit(MAX_INSPECTIONS, wanted, async (service): Promise<[string, ServiceStatus[]]> => {
    const containers = await inspections.of(service.ids);
    // Services that were removed since they were listed are left out.
    if (containers.length === 0) return [service.name, []];
    return [service.name, [{ ...service, ...(await settingsAndRevision(service.name, containers, images)) }]];
  });
  const withDetails = new Map(read);
  return listed.flatMap((service) => withDetails.get(service.name) ?? [service]);
}

const settingsAndRevision = async (
  serviceName: string,
  containers: readonly ContainerDetails[],
  images: ImageLookup,
): Promise<Pick<ServiceStatus, "settings" | "revision">> => ({
  settings: await readSettings(serviceName, containers, images),
  revision: revisionOf(containers),
});
