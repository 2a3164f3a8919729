import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { TaskSpec } from "../engine-api/service.js";
import { sortedSet } from "../support/sorted.js";
import { plainConstraint } from "./constraints.js";

/**
 * `Placement.Constraints` of TaskSpec to `constraints`: a sorted set, since all of them hold, without white space round
 * `==` and `!=`. The rest of a placement is no part of a request: platforms, preferences, replicas per node.
 */
export function fromPlacement({
  Placement,
}: Answered<Pick<TaskSpec, "Placement">>): Pick<ServiceSettings, "constraints"> {
  const constraints = sortedSet(Placement?.Constraints?.map(plainConstraint));
  return constraints.length === 0 ? {} : { constraints };
}
