import { DeploymentError } from "@openfactory/deploy-core";
import { queryAndBody } from "../connection/dockerode.js";
import type { EngineCalls } from "../connection/engine-call.js";
import { isMissing } from "../connection/shared-calls.js";
import type { CallOptions } from "../engine.js";
import { withAsked } from "./requested-config.js";

/** What Docker gives a process to end, in seconds, where nobody says; Podman 4 gives it no time at all. */
const STOP_TIMEOUT = 10;

/** The parts of a body (Engine API, ContainerCreate) that Podman takes for something else, and does not say so. */
interface CreateBody {
  StopTimeout?: number;
  Labels?: Record<string, string>;
  HostConfig?: { Mounts?: Mount[] };
}

interface Mount {
  Type: string;
  Source?: string;
  VolumeOptions?: {
    NoCopy?: boolean;
    Labels?: Record<string, string>;
    DriverConfig?: { Name?: string; Options?: Record<string, string> };
  };
}

const unsupported = (field: string, what: string, hint: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `Podman ${what}.`, { field, hint });

/** Podman takes `{"a=b": "c"}` for `{"a": "b=c"}`. */
function refuseLabels({ Labels = {} }: CreateBody): void {
  const wrong = Object.keys(Labels).find((name) => name.includes("="));
  if (wrong === undefined) return;
  const what = `keeps no label whose name holds an equals sign: ${wrong}`;
  throw unsupported("labels", what, "Give the label another name, or deploy on a Docker Engine.");
}

function refuseMount({ Source, VolumeOptions }: Mount, index: number): void {
  const field = `mounts[${index}].VolumeOptions`;
  if (VolumeOptions?.NoCopy) {
    throw unsupported(`${field}.NoCopy`, "fills a new volume from the image, whatever is asked", "Leave NoCopy out.");
  }
  if (VolumeOptions !== undefined && hasSettings(VolumeOptions) && Source === undefined) {
    throw unsupported(field, "makes a volume with options under a name only", "Name the volume: Source.");
  }
}

const hasSettings = ({ Labels, DriverConfig }: NonNullable<Mount["VolumeOptions"]>): boolean =>
  Labels !== undefined || DriverConfig !== undefined;

/** Podman makes a container's volumes without labels, driver and options: they are made first, as Docker makes them. */
async function makeVolume(calls: EngineCalls, { Source: Name, VolumeOptions }: Mount, options?: CallOptions) {
  if (Name === undefined || VolumeOptions === undefined || !hasSettings(VolumeOptions)) return;
  if (!(await isMissing(calls, "volume", Name, options))) return;
  const { Labels, DriverConfig } = VolumeOptions;
  const body = { Name, Labels, Driver: DriverConfig?.Name || "local", DriverOpts: DriverConfig?.Options };
  await calls.send(
    { action: `create volume ${Name}` },
    (docker, abortSignal) => docker.createVolume({ ...queryAndBody({}, body), abortSignal }),
    options,
  );
}

/**
 * Before a container is created: makes its volumes, or refuses what can't be; and gives the body to send.
 * @throws DeploymentError `UNSUPPORTED`; as every call.
 */
export async function prepareCreate(
  calls: EngineCalls,
  { name, body }: { name: string; body: object },
  options?: CallOptions,
): Promise<object> {
  const asked = body as CreateBody;
  const mounts = asked.HostConfig?.Mounts ?? [];
  refuseLabels(asked);
  mounts.forEach(refuseMount);
  const volumes = mounts.filter(({ Type, VolumeOptions }) => Type === "volume" && VolumeOptions !== undefined);
  // For a name in use nothing is made: the creation says so.
  if (volumes.length > 0 && (await isMissing(calls, "container", name, options))) {
    for (const volume of volumes) await makeVolume(calls, volume, options);
  }
  return withAsked({ StopTimeout: STOP_TIMEOUT, ...body });
}
