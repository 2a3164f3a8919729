import { isDeepStrictEqual } from "node:util";
import type { ServiceDetails, ServiceSpec } from "@openfactory/docker-engine";

/** What the service was before its last update. New credentials are an update as well, which leaves the same spec twice. */
export const previousSpec = ({ Spec, PreviousSpec }: ServiceDetails): ServiceSpec | undefined =>
  PreviousSpec !== undefined && isDeepStrictEqual(PreviousSpec, Spec) ? undefined : PreviousSpec;
