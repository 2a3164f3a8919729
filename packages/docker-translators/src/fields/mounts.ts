import { DeploymentError, type Mount, type NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerMount, HostConfig } from "../engine-api/container.js";
import type { ContainerSpec } from "../engine-api/service.js";
import { copyDefined } from "../support/copy-defined.js";
import { type RequiredApi, requireApi, type TranslationContext } from "../api-version.js";

type MountsField = Pick<NormalizedRequest, "mounts">;

const TYPES: readonly string[] = ["bind", "volume", "tmpfs"];

/**
 * A Swarm mount dictionary as a Mount of HostConfig, which has the same keys: type (in any case), source, target,
 * read-only and all options are kept, an NFS volume's driver configuration among them. Shares no object with `mount`.
 * @throws DeploymentError `INVALID_REQUEST` for a type other than bind, volume and tmpfs.
 */
export function swarmMountToContainerMount(mount: Mount): ContainerMount {
  const type = String(mount.Type).toLowerCase();
  if (!TYPES.includes(type)) {
    throw new DeploymentError("INVALID_REQUEST", `The mount at ${mount.Target} is of type ${mount.Type}.`, {
      field: "Type",
      hint: "Use a mount of type bind, volume or tmpfs.",
    });
  }
  return copyDefined({ ...mount, Type: type as Mount["Type"] });
}

/** Options that later engines brought, with the API each needs for containers and for services. */
const LATER_OPTIONS: readonly LaterOption[] = [
  {
    path: "BindOptions.NonRecursive",
    isSet: ({ BindOptions }) => BindOptions?.NonRecursive === true,
    container: "1.40",
    service: "1.41",
  },
  {
    path: "BindOptions.CreateMountpoint",
    isSet: ({ BindOptions }) => BindOptions?.CreateMountpoint === true,
    container: "1.42",
    // Seen on engines 20.10, 26.1 and 28.5: the swarm does not keep it.
    service: "never",
  },
  {
    path: "VolumeOptions.Subpath",
    isSet: ({ VolumeOptions }) => Boolean(VolumeOptions?.Subpath),
    container: "1.45",
    service: "1.45",
  },
];

interface LaterOption {
  path: string;
  isSet: (mount: Mount) => boolean;
  container: RequiredApi;
  service: RequiredApi | "never";
}

type MountUser = "container" | "service";

function translate(mounts: readonly Mount[], user: MountUser, context: TranslationContext): ContainerMount[] {
  return mounts.map((mount, index) => {
    for (const option of LATER_OPTIONS.filter(({ isSet }) => isSet(mount))) {
      const field = `mounts[${index}].${option.path}`;
      const needed = option[user];
      if (needed === "never") throw notKept(field, context.service);
      requireApi(context, needed, field);
    }
    return swarmMountToContainerMount(mount);
  });
}

const notKept = (field: string, service: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `Swarm does not keep ${field} of service ${service}.`, {
    service,
    field,
    hint: "Make the directory on every node that may run the service, and leave it out.",
  });

/**
 * `mounts` to `Mounts` of HostConfig. A bind whose source is missing is the engine's error, unless `CreateMountpoint`
 * is set.
 * @throws DeploymentError `UNSUPPORTED` for NonRecursive below API 1.40, CreateMountpoint below 1.42, Subpath below
 * 1.45.
 */
export const toHostMounts = ({ mounts = [] }: MountsField, context: TranslationContext): Pick<HostConfig, "Mounts"> =>
  mounts.length === 0 ? {} : { Mounts: translate(mounts, "container", context) };

/**
 * `mounts` to `Mounts` of ContainerSpec. The volume of a task is made on its node. Engine 26.0 takes a Subpath for
 * services and mounts the whole volume all the same; 26.1, of the same API 1.45, does it right. `Consistency` is sent, and
 * no engine keeps it.
 * @throws DeploymentError `UNSUPPORTED` for NonRecursive below API 1.41, Subpath below 1.45, and CreateMountpoint, which
 * the swarm drops.
 */
export const toServiceMounts = (
  { mounts = [] }: MountsField,
  context: TranslationContext,
): Pick<ContainerSpec, "Mounts"> => (mounts.length === 0 ? {} : { Mounts: translate(mounts, "service", context) });
