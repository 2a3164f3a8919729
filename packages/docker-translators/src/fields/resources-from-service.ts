import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Listed } from "../bodies/listed-service-spec.js";
import type { TaskSpec } from "../bodies/service-spec.js";
import { withoutEmpty } from "../support/without-empty.js";

/** `Resources` of TaskSpec to `resources`, without sections that say nothing. */
export function fromTaskResources({
  Resources,
}: Listed<Pick<TaskSpec, "Resources">>): Pick<ServiceSettings, "resources"> {
  const { NanoCPUs, MemoryBytes, Pids } = Resources?.Limits ?? {};
  const reserved = Resources?.Reservations ?? {};
  const resources = withoutEmpty({
    Limits: withoutEmpty({ NanoCPUs, MemoryBytes, Pids }),
    Reservations: withoutEmpty({ NanoCPUs: reserved.NanoCPUs, MemoryBytes: reserved.MemoryBytes }),
  });
  return resources === undefined ? {} : { resources };
}
