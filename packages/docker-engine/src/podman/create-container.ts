import { DeploymentError } from "@openfactory/deploy-core";
import { dial } from "../connection/dockerode.js";
import type { EngineCalls } from "../connection/engine-call.js";
import { isMissing } from "../connection/shared-calls.js";
import type { ContainerMount } from "@openfactory/docker-translators";
import type { CallOptions, ContainerBody } from "../engine.js";
import { withRequestedLabel } from "./requested-config.js";

/** Docker's default time for a process to end, in seconds. Podman 4 has none. */
const STOP_TIMEOUT = 10;

type Mount = ContainerMount;

const unsupported = (field: string, problem: string, hint: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `Podman ${problem}.`, { field, hint });

/** Podman reads `{"a=b": "c"}` as `{"a": "b=c"}`. */
function checkLabels({ Labels }: ContainerBody): void {
  const wrong = Object.keys(Labels ?? {}).find((name) => name.includes("="));
  if (wrong === undefined) return;
  const problem = `does not support an equals sign in a label's name: ${wrong}`;
  throw unsupported("labels", problem, "Rename the label, or deploy on a Docker Engine.");
}

function checkMount({ Source, VolumeOptions }: Mount, index: number): void {
  const field = `mounts[${index}].VolumeOptions`;
  if (VolumeOptions?.NoCopy) {
    throw unsupported(`${field}.NoCopy`, "ignores NoCopy, and fills a new volume from the image", "Remove NoCopy.");
  }
  if (VolumeOptions !== undefined && hasSettings(VolumeOptions) && Source === undefined) {
    throw unsupported(
      field,
      "requires a name for a volume with labels or driver options",
      "Set Source to a name for the volume.",
    );
  }
}

const hasSettings = ({ Labels, DriverConfig }: NonNullable<Mount["VolumeOptions"]>): boolean =>
  Labels !== undefined || DriverConfig !== undefined;

/** Podman 4 writes the text host-gateway into /etc/hosts, in place of an address. */
function checkExtraHosts({ HostConfig }: ContainerBody, version: string): void {
  const index = (HostConfig?.ExtraHosts ?? []).findIndex((entry) => entry.endsWith(":host-gateway"));
  if (index < 0 || Number.parseInt(version, 10) >= 5) return;
  throw unsupported(
    `extraHosts[${index}]`,
    `${version} does not support the address host-gateway`,
    "Use the name host.containers.internal, which Podman adds to every container, or upgrade to Podman 5.",
  );
}

/** Podman creates a container's volumes without labels, driver and options. They are created before the container. */
async function createVolume(calls: EngineCalls, { Source: Name, VolumeOptions }: Mount, options?: CallOptions) {
  if (Name === undefined || VolumeOptions === undefined || !hasSettings(VolumeOptions)) return;
  if (!(await isMissing(calls, "volume", Name, options))) return;
  const { Labels, DriverConfig } = VolumeOptions;
  const body = { Name, Labels, Driver: DriverConfig?.Name || "local", DriverOpts: DriverConfig?.Options };
  await calls.send(
    { action: `create volume ${Name}` },
    // Not dockerode's createVolume(): an answer that is not an object ends the process.
    (docker, signal) => dial(docker, { method: "POST", path: "/volumes/create", body }, signal),
    options,
  );
}

/**
 * Creates the container's volumes and returns the body to send.
 * @param create.version Podman's version, e.g. `4.3.1`.
 * @throws DeploymentError `UNSUPPORTED` for settings that Podman ignores or misreads; as every call.
 */
export async function prepareCreate(
  calls: EngineCalls,
  { name, body, version }: { name: string; body: ContainerBody; version: string },
  options?: CallOptions,
): Promise<ContainerBody> {
  const mounts = body.HostConfig?.Mounts ?? [];
  checkLabels(body);
  checkExtraHosts(body, version);
  mounts.forEach(checkMount);
  const volumes = mounts.filter(({ Type, VolumeOptions }) => Type === "volume" && VolumeOptions !== undefined);
  // If the name is in use, the creation fails: no volume is created.
  if (volumes.length > 0 && (await isMissing(calls, "container", name, options))) {
    for (const volume of volumes) await createVolume(calls, volume, options);
  }
  return withRequestedLabel({ StopTimeout: STOP_TIMEOUT, ...withoutEndpoints(body) });
}

/** Podman 4 rejects endpoints on the networks `host` and `none`, which have no settings. */
function withoutEndpoints({ NetworkingConfig, ...body }: ContainerBody): ContainerBody {
  const mode = body.HostConfig?.NetworkMode;
  return NetworkingConfig === undefined || mode === "host" || mode === "none" ? body : { ...body, NetworkingConfig };
}
