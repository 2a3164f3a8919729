import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { ContainerSpec } from "../engine-api/service.js";

/** The soft limit of `nofile`, which is what a process has, in `Ulimits` of ContainerSpec to `openFiles`. */
export function fromServiceUlimits({
  Ulimits,
}: Answered<Pick<ContainerSpec, "Ulimits">>): Pick<ServiceSettings, "openFiles"> {
  const openFiles = Ulimits?.find(({ Name }) => Name === "nofile")?.Soft ?? undefined;
  return openFiles === undefined ? {} : { openFiles };
}
