import { type NormalizedRequest, parseConstraint, type ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { TaskSpec } from "../engine-api/service-types.js";
import { sortedSet } from "../plain-data.js";

/** `node.role == worker` as `node.role==worker`. Only the first operator counts: the value may contain more. */
function normalize(constraint: string): string {
  const parsed = parseConstraint(constraint);
  return parsed === undefined ? constraint : `${parsed.key}${parsed.operator}${parsed.value}`;
}

/** `constraints` to `Placement.Constraints` of TaskSpec, without whitespace around `==` and `!=`. */
export const toPlacement = ({
  constraints = [],
}: Pick<NormalizedRequest, "constraints">): Pick<TaskSpec, "Placement"> =>
  constraints.length === 0 ? {} : { Placement: { Constraints: constraints.map(normalize) } };

/**
 * `Placement.Constraints` of TaskSpec to `constraints`: a sorted set, since all of them apply. A request has no field for
 * the other parts of a placement: platforms, preferences, maximum replicas per node.
 */
export function fromPlacement({
  Placement,
}: Answered<Pick<TaskSpec, "Placement">>): Pick<ServiceSettings, "constraints"> {
  const constraints = sortedSet(Placement?.Constraints?.map(normalize));
  return constraints.length === 0 ? {} : { constraints };
}
