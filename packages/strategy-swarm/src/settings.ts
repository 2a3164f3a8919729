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
import { previousSpec } from "./previous-spec.js";
import { resolveImage } from "./resolve-image.js";
import { revisionOf } from "./revision.js";

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

/**
 * The names of networks by id: one call where some service has networks, none otherwise. The swarm has networks `host` and
 * `bridge` of its own, which no list shows: these are asked for one by one.
 */
export async function networkNames(
  engine: DockerEngine,
  services: readonly ServiceDetails[],
  options: CallOptions,
): Promise<NetworkNames> {
  const joined = new Set(services.flatMap(({ Spec }) => targetsOf(Spec)));
  if (joined.size === 0) return new Map();
  const listed = new Map((await engine.networks.list({}, options)).map(({ Id, Name }) => [Id, Name]));
  const unlisted = [...joined].filter((id) => !listed.has(id));
  const names = await Promise.all(unlisted.map(async (id) => [id, await nameOf(engine, id, options)] as const));
  return new Map([...listed, ...names]);
}

const targetsOf = ({ TaskTemplate }: ServiceSpec): string[] =>
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

/** A status with what the service was asked to be, now and before its last update. */
export function withSettings(
  status: ServiceStatus,
  service: ServiceDetails,
  names: NetworkNames,
): ServiceStatus {
  const { Spec } = service;
  const previous = previousSpec(service);
  return {
    ...status,
    settings: settingsOfSpec(Spec, names),
    revision: revisionOf(Spec),
    ...(previous && {
      previous: {
        image: previous.TaskTemplate.ContainerSpec?.Image ?? "",
        labels: withoutOwnLabels(previous.Labels),
      },
    }),
  };
}
