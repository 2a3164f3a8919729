import type { ServiceSettings } from "@openfactory/deploy-core";
import type { ContainerSpec } from "../engine-api/service.js";
import type { Answered } from "../engine-api/body.js";
import { sortedSet } from "../support/sorted.js";

const plainName = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, "");

/** `CapabilityAdd` and `CapabilityDrop` of ContainerSpec, however they are spelt, to `capAdd` and `capDrop`: sorted sets. */
export function fromServiceCapabilities({
  CapabilityAdd,
  CapabilityDrop,
}: Answered<Pick<ContainerSpec, "CapabilityAdd" | "CapabilityDrop">>): Pick<ServiceSettings, "capAdd" | "capDrop"> {
  const capAdd = sortedSet(CapabilityAdd?.map(plainName));
  const capDrop = sortedSet(CapabilityDrop?.map(plainName));
  return { ...(capAdd.length > 0 && { capAdd }), ...(capDrop.length > 0 && { capDrop }) };
}
