import type { Mount, NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import { requireApi, type TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { HostConfig } from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";
import { hasKeys } from "../plain-data.js";

type SysctlsField = Pick<NormalizedRequest, "sysctls">;

/** `sysctls` to `Sysctls` of HostConfig. */
export const toHostSysctls = ({ sysctls = {} }: SysctlsField): Pick<HostConfig, "Sysctls"> =>
  hasKeys(sysctls) ? { Sysctls: { ...sysctls } } : {};

/**
 * `sysctls` to `Sysctls` of ContainerSpec.
 * @throws DeploymentError `UNSUPPORTED` below API 1.40.
 */
export function toServiceSysctls(request: SysctlsField, context: TranslationContext): Pick<ContainerSpec, "Sysctls"> {
  const fields = toHostSysctls(request);
  if (hasKeys(fields)) requireApi(context, "1.40", "sysctls");
  return fields;
}

/** `Sysctls` of HostConfig and ContainerSpec to `sysctls`. */
export const fromSysctls = ({ Sysctls }: Answered<Pick<HostConfig, "Sysctls">>): Pick<ServiceSettings, "sysctls"> =>
  Sysctls && hasKeys(Sysctls) ? { sysctls: { ...Sysctls } } : {};

const SHARED_MEMORY = "/dev/shm";

/** `shmSize` as the mount that replaces `/dev/shm` in the tasks of a service: a ServiceSpec has no size of it. */
export const withShmMount = <Request extends Pick<NormalizedRequest, "shmSize" | "mounts">>(
  request: Request,
): Request =>
  request.shmSize === undefined
    ? request
    : { ...request, mounts: [...(request.mounts ?? []), shmMount(request.shmSize)] };

const shmMount = (SizeBytes: number): Mount => ({
  Type: "tmpfs",
  Source: undefined,
  Target: SHARED_MEMORY,
  ReadOnly: undefined,
  TmpfsOptions: { SizeBytes },
});

/** The mounts of a service to `mounts` and `shmSize`: the inverse of {@link withShmMount}. */
export function fromShmMount({
  mounts = [],
}: Pick<ServiceSettings, "mounts">): Pick<ServiceSettings, "mounts" | "shmSize"> {
  const isShm = ({ Type, Target, ReadOnly, TmpfsOptions }: Mount): boolean =>
    Type === "tmpfs" &&
    Target === SHARED_MEMORY &&
    !ReadOnly &&
    TmpfsOptions?.SizeBytes !== undefined &&
    !TmpfsOptions.Mode;
  const rest = mounts.filter((mount) => !isShm(mount));
  const shmSize = mounts.find(isShm)?.TmpfsOptions?.SizeBytes;
  return { ...(rest.length > 0 && { mounts: rest }), ...(shmSize !== undefined && { shmSize }) };
}
