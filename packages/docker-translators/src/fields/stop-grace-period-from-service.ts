import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { ContainerSpec } from "../engine-api/service.js";

/** What the swarm's agent grants where nothing is said. */
const DEFAULT = 10_000_000_000;

/** `StopGracePeriod` of ContainerSpec to `stopGracePeriod`; 0 is told, since it is not the default. */
export function fromStopGracePeriod({
  StopGracePeriod,
}: Answered<Pick<ContainerSpec, "StopGracePeriod">>): Pick<ServiceSettings, "stopGracePeriod"> {
  const period = StopGracePeriod ?? undefined;
  return period === undefined || period === DEFAULT ? {} : { stopGracePeriod: period };
}
