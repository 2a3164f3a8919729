import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { TaskSpec } from "../engine-api/service.js";
import { withoutEmpty } from "../support/without-empty.js";

/** `Resources` of TaskSpec to `resources`, without sections that say nothing. */
export function fromTaskResources({
  Resources,
}: Answered<Pick<TaskSpec, "Resources">>): Pick<ServiceSettings, "resources"> {
  const { NanoCPUs, MemoryBytes, Pids } = Resources?.Limits ?? {};
  const reserved = Resources?.Reservations ?? {};
  const resources = withoutEmpty({
    Limits: withoutEmpty({ NanoCPUs, MemoryBytes, Pids }),
    Reservations: withoutEmpty({ NanoCPUs: reserved.NanoCPUs, MemoryBytes: reserved.MemoryBytes }),
  });
  return resources === undefined ? {} : { resources };
}
