import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Listed } from "../bodies/listed-service-spec.js";
import type { ContainerSpec } from "../bodies/service-spec.js";

/** The soft limit of `nofile`, which is what a process has, in `Ulimits` of ContainerSpec to `openFiles`. */
export function fromServiceUlimits({
  Ulimits,
}: Listed<Pick<ContainerSpec, "Ulimits">>): Pick<ServiceSettings, "openFiles"> {
  const openFiles = Ulimits?.find(({ Name }) => Name === "nofile")?.Soft ?? undefined;
  return openFiles === undefined ? {} : { openFiles };
}
