import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type NormalizedRequest,
  type OperationOptions,
  type ServiceSettings,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  ifExists,
  perEngine,
  type ServiceDetails,
  type ServiceSpec,
} from "@openfactory/docker-engine";
import {
  fromServiceSpec,
  type NetworkNames,
  toServiceSettings,
  withoutStrategyLabels,
} from "@openfactory/docker-translators";
import { resolveImage } from "./deploy/images.js";
import { BatchPoller, NO_DELAY } from "./observe/batch-poller.js";
import { asStarted } from "./processes/stopped.js";

/** The settings that a service of this request would have. Asks a registry for the digest if the deploy would. */
export async function settingsOf(
  engine: DockerEngine,
  request: NormalizedRequest,
  { signal, observer }: OperationOptions,
): Promise<ServiceSettings> {
  const { image, warnings } = await resolveImage(engine, request, { signal });
  for (const warning of warnings) observer?.({ type: "warning", service: request.name, warning });
  return toServiceSettings(request, { apiVersion: await engine.apiVersion({ signal }), image });
}

/** The settings of an existing service, read from its spec. Those of a stopped service are as if it ran. */
export const readSettings = (spec: ServiceSpec, networkNames: NetworkNames): ServiceSettings =>
  fromServiceSpec(asStarted(spec), { networkNames });

/** Adds settings, networks, revision and the version before the last update to a status. */
export function withSettings(status: ServiceStatus, service: ServiceDetails, names: NetworkNames): ServiceStatus {
  const { Spec } = service;
  const previous = previousSpec(service);
  return {
    ...status,
    settings: readSettings(Spec, names),
    networks: networkIds(Spec).map((id) => networkReference(id, names.get(id))),
    revision: revisionOf(Spec),
    ...(previous && {
      previous: {
        image: previous.TaskTemplate.ContainerSpec?.Image ?? "",
        labels: withoutStrategyLabels(previous.Labels),
      },
    }),
  };
}

/** The settings of the version before the last update, in {@link ServiceStatus.previous}. */
export function withPreviousSettings(
  status: ServiceStatus,
  service: ServiceDetails,
  names: NetworkNames,
): ServiceStatus {
  const { previous } = status;
  const spec = previousSpec(service);
  if (previous === undefined || spec === undefined) return status;
  return { ...status, previous: { ...previous, settings: readSettings(spec, names) } };
}

/** {@link networkNames} returns the id as the name of a network that no longer exists. */
const networkReference = (id: string, name: string | undefined): { id: string; name?: string } =>
  name === undefined || name === id ? { id } : { id, name };

/**
 * The version before the last update, as it ran. New credentials, a restart, a stop and a start count as updates, too, and
 * leave the same version twice.
 */
export function previousSpec({ Spec, PreviousSpec }: ServiceDetails): ServiceSpec | undefined {
  if (PreviousSpec === undefined || isDeepStrictEqual(versionOf(PreviousSpec), versionOf(Spec))) return undefined;
  return asStarted(PreviousSpec);
}

const versionOf = (spec: ServiceSpec): ServiceSpec => {
  const { TaskTemplate, ...rest } = asStarted(spec);
  const { ForceUpdate: _, ...task } = TaskTemplate;
  return { ...rest, TaskTemplate: task };
};

/**
 * `ServiceStatus.revision`: a hash of the service's spec. The swarm's own version index also changes with each step of an
 * update, and would reject updates of a service that no one has changed.
 */
export const revisionOf = (spec: ServiceSpec): string =>
  hash("sha256", JSON.stringify(spec, sortKeys), "buffer").toString("hex", 0, 16);

/** A JSON replacer that sorts keys: managers of different versions may return them in another order. */
const sortKeys = (_: string, value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The paths at which settings differ: `env.LOG_LEVEL`, `labels.team`, `image`. No values, since they may be secret. */
export function changedPaths(from: ServiceSettings, to: ServiceSettings): string[] {
  return differences({ ...from, env: byKey(from.env) }, { ...to, env: byKey(to.env) }).sort();
}

/** `KEY=VALUE` entries by key. */
const byKey = (env: readonly string[]): Record<string, string> =>
  Object.fromEntries(env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry]));

function differences(from: Record<string, unknown>, to: Record<string, unknown>, path = ""): string[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const [a, b] = [from[key], to[key]];
    if (isDeepStrictEqual(a, b)) return [];
    return isObject(a) && isObject(b) ? differences(a, b, `${path}${key}.`) : [`${path}${key}`];
  });
}

/** Concurrent lookups share one call. */
const networkListings = perEngine(
  (engine) =>
    new BatchPoller<"all", NetworkNames>(async () => {
      const names = new Map((await engine.networks.list({})).map(({ Id, Name }) => [Id, Name]));
      return () => names;
    }, NO_DELAY),
);

/**
 * Looks up the names of the networks of one service after another: one call for the first service that has networks, none before.
 * The swarm's own networks `host` and `bridge` are in no list, and cost one more call each.
 */
export class NetworkLookup {
  readonly #engine: DockerEngine;
  readonly #options: CallOptions;
  readonly #names = new Map<string, string>();
  #isListed = false;

  constructor(engine: DockerEngine, options: CallOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** The names, by id, of at least the networks of this service. A promise only if that takes a call. */
  namesFor(spec: ServiceSpec): NetworkNames | Promise<NetworkNames> {
    const isKnown = networkIds(spec).every((id) => this.#names.has(id));
    return isKnown ? this.#names : this.#lookUp(spec);
  }

  async #lookUp(spec: ServiceSpec): Promise<NetworkNames> {
    if (!this.#isListed) {
      const listed = await networkListings(this.#engine).next("all", this.#options);
      for (const [id, name] of listed) this.#names.set(id, name);
      this.#isListed = true;
    }
    const unlisted = networkIds(spec).filter((id) => !this.#names.has(id));
    await Promise.all(
      unlisted.map(async (id) => this.#names.set(id, await networkName(this.#engine, id, this.#options))),
    );
    return this.#names;
  }
}

/** The names of the networks of these specs, by id: calls as {@link NetworkLookup}. */
export async function networkNames(
  engine: DockerEngine,
  specs: readonly ServiceSpec[],
  options: CallOptions,
): Promise<NetworkNames> {
  const lookup = new NetworkLookup(engine, options);
  let names: NetworkNames = new Map();
  for (const spec of specs) names = await lookup.namesFor(spec);
  return names;
}

/** The ids of the networks that a service joins. */
const networkIds = ({ TaskTemplate }: ServiceSpec): string[] =>
  (TaskTemplate.Networks ?? []).map(({ Target }) => Target);

/** The name of a network, or its id if the network no longer exists. */
const networkName = async (engine: DockerEngine, id: string, options: CallOptions): Promise<string> =>
  (await ifExists(engine.networks.inspect(id, options)))?.Name ?? id;
