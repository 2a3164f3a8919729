import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Listed } from "../bodies/listed-service-spec.js";
import type { ContainerSpec } from "../bodies/service-spec.js";

/** What the swarm's agent grants where nothing is said. */
const DEFAULT = 10_000_000_000;

/** `StopGracePeriod` of ContainerSpec to `stopGracePeriod`; 0 is told, since it is not the default. */
export function fromStopGracePeriod({
  StopGracePeriod,
}: Listed<Pick<ContainerSpec, "StopGracePeriod">>): Pick<ServiceSettings, "stopGracePeriod"> {
  const period = StopGracePeriod ?? undefined;
  return period === undefined || period === DEFAULT ? {} : { stopGracePeriod: period };
}
