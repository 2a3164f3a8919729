import type { PublishedPort, ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { EndpointPortConfig, ServiceCreateBody } from "../engine-api/service.js";
import { sortedBy } from "../support/sorted.js";

const toPort = ({ Protocol, TargetPort, PublishedPort, PublishMode }: Answered<EndpointPortConfig>): PublishedPort => ({
  target: TargetPort ?? 0,
  ...(PublishedPort && { published: PublishedPort }),
  protocol: (Protocol || "tcp") as PublishedPort["protocol"],
  mode: (PublishMode || "ingress") as PublishedPort["mode"],
});

const key = ({ target, published = 0, protocol, mode }: PublishedPort): string =>
  [String(target).padStart(5, "0"), protocol, String(published).padStart(5, "0"), mode].join("/");

/**
 * `EndpointSpec.Ports` of ServiceSpec to `ports`: a set, sorted by container port. Where the swarm chose the published
 * port, it stands in the service's `Endpoint` and not here.
 */
export function fromEndpointSpec({
  EndpointSpec,
}: Answered<Pick<ServiceCreateBody, "EndpointSpec">>): Pick<ServiceSettings, "ports"> {
  if (!EndpointSpec?.Ports?.length) return {};
  return { ports: sortedBy(EndpointSpec.Ports.map(toPort), key) };
}
