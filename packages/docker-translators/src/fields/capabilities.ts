import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { HostConfig } from "../engine-api/container.js";
import type { ContainerSpec } from "../engine-api/service.js";
import { requireApi, type TranslationContext } from "../api-version.js";

type CapabilityFields = Pick<NormalizedRequest, "capAdd" | "capDrop">;

/** `ALL` is no capability's name. */
const kernelName = (capability: string): string => (capability === "ALL" ? capability : `CAP_${capability}`);

/** `capAdd` and `capDrop` to `CapAdd` and `CapDrop` of HostConfig, without `CAP_`. */
export const toHostCapabilities = ({
  capAdd = [],
  capDrop = [],
}: CapabilityFields): Pick<HostConfig, "CapAdd" | "CapDrop"> => ({
  ...(capAdd.length > 0 && { CapAdd: [...capAdd] }),
  ...(capDrop.length > 0 && { CapDrop: [...capDrop] }),
});

/**
 * `capAdd` and `capDrop` to `CapabilityAdd` and `CapabilityDrop` of ContainerSpec, with `CAP_`, as the API has them
 * there.
 * @throws DeploymentError `UNSUPPORTED` below API 1.41.
 */
export function toServiceCapabilities(
  { capAdd = [], capDrop = [] }: CapabilityFields,
  context: TranslationContext,
): Pick<ContainerSpec, "CapabilityAdd" | "CapabilityDrop"> {
  if (capAdd.length > 0) requireApi(context, "1.41", "capAdd");
  if (capDrop.length > 0) requireApi(context, "1.41", "capDrop");
  return {
    ...(capAdd.length > 0 && { CapabilityAdd: capAdd.map(kernelName) }),
    ...(capDrop.length > 0 && { CapabilityDrop: capDrop.map(kernelName) }),
  };
}
