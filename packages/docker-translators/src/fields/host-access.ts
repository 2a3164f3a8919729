import type { Device, NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { HostConfig } from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";
import { sortedBy, sortedSet } from "../plain-data.js";

type AccessFields = Pick<NormalizedRequest, "privileged" | "devices" | "groupAdd">;
type AccessSettings = Pick<ServiceSettings, keyof AccessFields>;

/** `privileged`, `devices` and `groupAdd` to `Privileged`, `Devices` and `GroupAdd` of HostConfig. */
export const toHostAccess = ({
  privileged,
  devices = [],
  groupAdd = [],
}: AccessFields): Pick<HostConfig, "Privileged" | "Devices" | "GroupAdd"> => ({
  ...(privileged !== undefined && { Privileged: privileged }),
  ...(devices.length > 0 && {
    Devices: devices.map(({ source, target, permissions }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions,
    })),
  }),
  ...(groupAdd.length > 0 && { GroupAdd: [...groupAdd] }),
});

/** `Privileged`, `Devices` and `GroupAdd` of HostConfig to `privileged`, `devices` (sorted by target) and `groupAdd`. */
export function fromHostAccess({
  Privileged,
  Devices,
  GroupAdd,
}: Answered<Pick<HostConfig, "Privileged" | "Devices" | "GroupAdd">>): AccessSettings {
  const devices = (Devices ?? []).map(({ PathOnHost, PathInContainer, CgroupPermissions }): Device => ({
    source: PathOnHost,
    target: PathInContainer || PathOnHost,
    permissions: CgroupPermissions || "rwm",
  }));
  return {
    ...(Privileged && { privileged: true }),
    ...(devices.length > 0 && { devices: sortedBy(devices, ({ target }) => target) }),
    ...fromGroups(GroupAdd),
  };
}

/** `groupAdd` to `Groups` of ContainerSpec. A service has no devices, and is never privileged. */
export const toServiceGroups = ({ groupAdd = [] }: AccessFields): Pick<ContainerSpec, "Groups"> =>
  groupAdd.length === 0 ? {} : { Groups: [...groupAdd] };

/** `Groups` of ContainerSpec to `groupAdd`. */
export const fromServiceGroups = ({ Groups }: Answered<Pick<ContainerSpec, "Groups">>): AccessSettings =>
  fromGroups(Groups);

const fromGroups = (names: readonly string[] | null | undefined): AccessSettings => {
  const groupAdd = sortedSet(names);
  return groupAdd.length === 0 ? {} : { groupAdd };
};
