import type { Resource, ResourceSpec } from "@openfactory/deploy-core";
import { withoutStrategyLabels } from "./strategy-labels.js";

type SpecOf<Kind> = Extract<ResourceSpec, { kind: Kind }>;

interface NamedObject {
  Name: string;
  Labels: Readonly<Record<string, string>> | null;
}

/** The body of NetworkCreate. @param defaultDriver for a network without a driver: `bridge`, or `overlay` in a swarm. */
export const toNetworkCreateBody = (
  { name, labels, driver, attachable, internal, driverOptions }: SpecOf<"network">,
  defaultDriver: string,
) => ({
  Name: name,
  Driver: driver ?? defaultDriver,
  Attachable: attachable ?? true,
  Internal: internal ?? false,
  Options: { ...driverOptions },
  Labels: { ...labels },
});

/** The body of VolumeCreate. */
export const toVolumeCreateBody = ({ name, labels, driver, driverOptions }: SpecOf<"volume">) => ({
  Name: name,
  Driver: driver ?? "local",
  DriverOpts: { ...driverOptions },
  Labels: { ...labels },
});

/** The resource of an engine's answer of NetworkInspect or NetworkList. */
export const fromNetwork = ({ Id, Name, Labels }: NamedObject & { Id: string }): Resource => ({
  kind: "network",
  name: Name,
  id: Id,
  labels: withoutStrategyLabels(Labels ?? {}),
});

/** The resource of an engine's answer of VolumeInspect or VolumeList. A volume's id is its name. */
export const fromVolume = ({ Name, Labels }: NamedObject): Resource => ({
  kind: "volume",
  name: Name,
  id: Name,
  labels: withoutStrategyLabels(Labels ?? {}),
});
