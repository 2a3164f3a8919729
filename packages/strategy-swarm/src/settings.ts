import type { NormalizedRequest, OperationOptions, ServiceSettings, ServiceStatus } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";
import {
  fromServiceSpec,
  type ListedServiceSpec,
  type NetworkNames,
  toServiceSettings,
  withoutOwnLabels,
} from "@openfactory/docker-translators";
import { targetsOf } from "./network-names.js";
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
    networks: targetsOf(Spec).map((id) => named(id, names.get(id))),
    revision: revisionOf(Spec),
    ...(previous && {
      previous: {
        image: previous.TaskTemplate.ContainerSpec?.Image ?? "",
        labels: withoutOwnLabels(previous.Labels),
      },
    }),
  };
}
