import type { Mount, ServiceSettings } from "@openfactory/deploy-core";
import type { ContainerMount } from "../engine-api/container.js";
import type { Answered } from "../engine-api/body.js";
import type { ContainerSpec } from "../engine-api/service.js";
import { copyDefined } from "../support/copy-defined.js";
import { sortedBy } from "../support/sorted.js";
import { withoutEmpty } from "../support/without-empty.js";

/** `Mounts` of ContainerSpec to `mounts`: a set, sorted by target, without what the engine takes if it is left out. */
export function fromServiceMounts({
  Mounts,
}: Answered<Pick<ContainerSpec, "Mounts">>): Pick<ServiceSettings, "mounts"> {
  if (!Mounts?.length) return {};
  return { mounts: sortedBy(Mounts.map(toMount), ({ Target }) => Target) };
}

/** The swarm keeps no `Consistency` and no `CreateMountpoint`. */
const toMount = ({ Type, Source, Target, ReadOnly, ...options }: Answered<ContainerMount>): Mount =>
  copyDefined({
    Type: (Type || "volume") as Mount["Type"],
    Source: Source || undefined,
    Target: Target ?? "",
    ReadOnly: ReadOnly || undefined,
    BindOptions: bindOptions(options.BindOptions),
    VolumeOptions: volumeOptions(options.VolumeOptions),
    TmpfsOptions: withoutEmpty(options.TmpfsOptions),
  }) as Mount;

function bindOptions(options: Answered<ContainerMount>["BindOptions"]) {
  const { Propagation, NonRecursive } = options ?? {};
  return withoutEmpty({ Propagation: Propagation === "rprivate" ? undefined : Propagation, NonRecursive });
}

function volumeOptions(options: Answered<ContainerMount>["VolumeOptions"]) {
  const { NoCopy, Labels, DriverConfig, Subpath } = options ?? {};
  const { Name, Options } = DriverConfig ?? {};
  const driver = withoutEmpty({ Name: Name === "local" ? undefined : Name, Options });
  return withoutEmpty({ NoCopy, Labels, DriverConfig: driver, Subpath });
}
