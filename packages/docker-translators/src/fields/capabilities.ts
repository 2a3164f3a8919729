import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import { requireApi, type TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { HostConfig } from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";
import { sortedSet } from "../plain-data.js";

type CapabilityFields = Pick<NormalizedRequest, "capAdd" | "capDrop">;
type CapabilitySettings = Pick<ServiceSettings, "capAdd" | "capDrop">;

/** `capAdd` and `capDrop` to `CapAdd` and `CapDrop` of HostConfig, without the prefix `CAP_`. */
export const toHostCapabilities = ({
  capAdd = [],
  capDrop = [],
}: CapabilityFields): Pick<HostConfig, "CapAdd" | "CapDrop"> => ({
  ...(capAdd.length > 0 && { CapAdd: [...capAdd] }),
  ...(capDrop.length > 0 && { CapDrop: [...capDrop] }),
});

/** `CapAdd` and `CapDrop` of HostConfig to `capAdd` and `capDrop`. */
export const fromHostCapabilities = ({
  CapAdd,
  CapDrop,
}: Answered<Pick<HostConfig, "CapAdd" | "CapDrop">>): CapabilitySettings => toSettings(CapAdd, CapDrop);

/**
 * `capAdd` and `capDrop` to `CapabilityAdd` and `CapabilityDrop` of ContainerSpec, with the prefix `CAP_`.
 * @throws DeploymentError `UNSUPPORTED` below API 1.41.
 */
export function toServiceCapabilities(
  { capAdd = [], capDrop = [] }: CapabilityFields,
  context: TranslationContext,
): Pick<ContainerSpec, "CapabilityAdd" | "CapabilityDrop"> {
  if (capAdd.length > 0) requireApi(context, "1.41", "capAdd");
  if (capDrop.length > 0) requireApi(context, "1.41", "capDrop");
  return {
    ...(capAdd.length > 0 && { CapabilityAdd: capAdd.map(withPrefix) }),
    ...(capDrop.length > 0 && { CapabilityDrop: capDrop.map(withPrefix) }),
  };
}

/** `CapabilityAdd` and `CapabilityDrop` of ContainerSpec to `capAdd` and `capDrop`. */
export const fromServiceCapabilities = ({
  CapabilityAdd,
  CapabilityDrop,
}: Answered<Pick<ContainerSpec, "CapabilityAdd" | "CapabilityDrop">>): CapabilitySettings =>
  toSettings(CapabilityAdd, CapabilityDrop);

/** `ALL` is not the name of a capability. */
const withPrefix = (capability: string): string => (capability === "ALL" ? capability : `CAP_${capability}`);

const withoutPrefix = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, "");

type Names = readonly string[] | null | undefined;

function toSettings(added: Names, dropped: Names): CapabilitySettings {
  const [capAdd, capDrop] = [sortedSet(added?.map(withoutPrefix)), sortedSet(dropped?.map(withoutPrefix))];
  return { ...(capAdd.length > 0 && { capAdd }), ...(capDrop.length > 0 && { capDrop }) };
}
