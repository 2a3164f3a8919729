import type { NormalizedRequest, OperationOptions, ServiceSettings, ServiceStatus } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import {
  fromServiceSpec,
  type ListedServiceSpec,
  type NetworkNames,
  toServiceSettings,
  withoutOwnLabels,
} from "@openfactory/docker-translators";
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

/** The names of networks by id: one call where some service has networks, none otherwise. */
export async function networkNames(
  engine: DockerEngine,
  services: readonly ServiceDetails[],
  options: CallOptions,
): Promise<NetworkNames> {
  const joins = services.some(({ Spec }) => (Spec.TaskTemplate["Networks"] as object[] | undefined)?.length);
  if (!joins) return new Map();
  return new Map((await engine.networks.list({}, options)).map(({ Id, Name }) => [Id, Name]));
}

/** A status with what the service was asked to be, now and before its last update. */
export function withSettings(
  status: ServiceStatus,
  { Spec, PreviousSpec }: ServiceDetails,
  names: NetworkNames,
): ServiceStatus {
  return {
    ...status,
    settings: settingsOfSpec(Spec, names),
    revision: revisionOf(Spec),
    ...(PreviousSpec && {
      previous: {
        image: PreviousSpec.TaskTemplate.ContainerSpec?.Image ?? "",
        labels: withoutOwnLabels(PreviousSpec.Labels),
      },
    }),
  };
}
