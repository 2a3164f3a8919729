import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  DeploymentError,
  type NormalizedRequest,
  type OperationOptions,
  type ServiceSettings,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import {
  fromServiceSpec,
  type ListedServiceSpec,
  type NetworkNames,
  toServiceSettings,
  withoutOwnLabels,
} from "@openfactory/docker-translators";
import { resolveImage } from "./deploy/images.js";
import { BatchPoller, NO_DELAY, perEngine } from "./observe/batch-poller.js";

/** The settings that a service made of this request will have. Asks a registry for the digest where the deploy would. */
export async function settingsOfRequest(
  engine: DockerEngine,
  request: NormalizedRequest,
  { signal, observer }: OperationOptions,
): Promise<ServiceSettings> {
  const { image, warnings } = await resolveImage(engine, request, { signal });
  for (const warning of warnings) observer?.({ type: "warning", service: request.name, warning });
  return toServiceSettings(request, { apiVersion: await engine.apiVersion({ signal }), image });
}

/** What a service was asked to be. */
export const settingsOfSpec = (spec: ServiceSpec, networkNames: NetworkNames): ServiceSettings =>
  fromServiceSpec(spec as ListedServiceSpec, { networkNames });

/** A network that is gone has its id for a name: see {@link networkNames}. */
const named = (id: string, name: string | undefined): { id: string; name?: string } =>
  name === undefined || name === id ? { id } : { id, name };

/** A status with what the service was asked to be, now and before its last update. */
export function withSettings(status: ServiceStatus, service: ServiceDetails, names: NetworkNames): ServiceStatus {
  const { Spec } = service;
  const previous = previousSpec(service);
  return {
    ...status,
    settings: settingsOfSpec(Spec, names),
    networks: networkIds(Spec).map((id) => named(id, names.get(id))),
    revision: revisionOf(Spec),
    ...(previous && {
      previous: {
        image: previous.TaskTemplate.ContainerSpec?.Image ?? "",
        labels: withoutOwnLabels(previous.Labels),
      },
    }),
  };
}

/** What the service was before its last update. New credentials are an update as well, which leaves the same spec twice. */
export const previousSpec = ({ Spec, PreviousSpec }: ServiceDetails): ServiceSpec | undefined =>
  PreviousSpec !== undefined && isDeepStrictEqual(PreviousSpec, Spec) ? undefined : PreviousSpec;

/** With the keys of every object in one order, in which managers of different versions need not give them. */
const ordered = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * `ServiceStatus.revision`: a hash of the service's spec. The swarm's own version index changes with every step of an
 * update as well, and so would refuse an update of a service that nobody has changed.
 */
export const revisionOf = (spec: ServiceSpec): string => hash("sha256", JSON.stringify(spec, ordered)).slice(0, 32);

const plain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `KEY=VALUE` entries by key. */
const byKey = (env: readonly string[]): Record<string, string> =>
  Object.fromEntries(env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry]));

/** Where settings differ: `env.LOG_LEVEL`, `labels.team`, `image`. Paths only, no values: they may be secret. */
export function changedPaths(from: ServiceSettings, to: ServiceSettings): string[] {
  return differences({ ...from, env: byKey(from.env) }, { ...to, env: byKey(to.env) }).sort();
}

function differences(from: Record<string, unknown>, to: Record<string, unknown>, path = ""): string[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const [a, b] = [from[key], to[key]];
    if (isDeepStrictEqual(a, b)) return [];
    return plain(a) && plain(b) ? differences(a, b, `${path}${key}.`) : [`${path}${key}`];
  });
}

/** Those that want them at the same time share a call. */
const listings = perEngine(
  (engine) =>
    new BatchPoller<"all", NetworkNames>(async () => {
      const names = new Map((await engine.networks.list({})).map(({ Id, Name }) => [Id, Name]));
      return () => names;
    }, NO_DELAY),
);

/**
 * The names of networks by id: one call where some service has networks, none otherwise. The swarm has networks `host` and
 * `bridge` of its own, which no list shows: these are asked for one by one.
 */
export async function networkNames(
  engine: DockerEngine,
  services: readonly ServiceDetails[],
  options: CallOptions,
): Promise<NetworkNames> {
  const joined = new Set(services.flatMap(({ Spec }) => networkIds(Spec)));
  if (joined.size === 0) return new Map();
  const listed = await listings(engine).next("all", options);
  const unlisted = [...joined].filter((id) => !listed.has(id));
  const names = await Promise.all(unlisted.map(async (id) => [id, await nameOf(engine, id, options)] as const));
  return new Map([...listed, ...names]);
}

/** Ids of the networks that a service joins. */
const networkIds = ({ TaskTemplate }: ServiceSpec): string[] =>
  ((TaskTemplate["Networks"] ?? []) as { Target: string }[]).map(({ Target }) => Target);

/** A network that is gone is told by its id. */
async function nameOf(engine: DockerEngine, id: string, options: CallOptions): Promise<string> {
  try {
    return (await engine.networks.inspect(id, options)).Name;
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return id;
    throw error;
  }
}
