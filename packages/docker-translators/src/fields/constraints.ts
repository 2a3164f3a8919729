import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { TaskSpec } from "../engine-api/service.js";

/** `node.role == worker` as `node.role==worker`; only the first operator is one, the value may hold more. */
export const plainConstraint = (constraint: string): string => constraint.trim().replace(/\s*(==|!=)\s*/, "$1");

/** `constraints` to `Placement.Constraints` of TaskSpec, without white space round `==` and `!=`. */
export const toPlacement = ({
  constraints = [],
}: Pick<NormalizedRequest, "constraints">): Pick<TaskSpec, "Placement"> =>
  constraints.length === 0 ? {} : { Placement: { Constraints: constraints.map(plainConstraint) } };
