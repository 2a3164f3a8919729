import { hash } from "node:crypto";
import {
  canonicalDriverOptions,
  type DeployRequest,
  type Mount,
  type NormalizedRequest,
  parseRequest,
} from "@openfactory/deploy-core";
import { OWNERSHIP_LABELS } from "./labels.js";

/** The order of variables and mount options does not count; ownership labels are not part of what was asked for. */
const essence = ({ env, labels = {}, mounts, ...rest }: NormalizedRequest): object => ({
  ...rest,
  env: env.map(canonicalVariable).sort(),
  ...(mounts && { mounts: mounts.map(canonicalMount) }),
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !OWNERSHIP_LABELS.includes(label))),
});

/** As {@link requestHash}, of a request that has been parsed already. */
export const hashOf = (request: NormalizedRequest): string =>
  `sha256:${hash("sha256", canonicalJson(essence(request)))}`;

/**
 * SHA-256 of what a request asks for, as `sha256:<64 hex digits>`: two requests with one hash make the same service.
 *
 * The values of `env` count, since a changed value is a changed service. A hash does not tell them; whoever sees it
 * could only confirm a guess of the whole request, and whoever may read labels off an engine may read the variables
 * themselves there. What must stay hidden from such readers belongs in `secrets`, which are named here and never read.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export const requestHash = (request: DeployRequest): string => hashOf(parseRequest(request));

/** JSON with the keys of every object sorted and what is undefined left out: equal values give equal text. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** A mount in one form for all that mean the same: the order of a volume's mount options does not count. */
export function canonicalMount(mount: Mount): Mount {
  const driver = mount.VolumeOptions?.DriverConfig;
  if (driver?.Options === undefined) return mount;
  const DriverConfig = { ...driver, Options: canonicalDriverOptions(driver) };
  return { ...mount, VolumeOptions: { ...mount.VolumeOptions, DriverConfig } };
}

/**
 * A variable, `NAME=VALUE`, in one form for all that mean the same: OpenFactory's `STORAGE` repeats the mount options of
 * volumes in the file's order, which does not count there either.
 */
export function canonicalVariable(variable: string): string {
  if (!variable.startsWith(STORAGE)) return variable;
  try {
    return STORAGE + JSON.stringify(JSON.parse(variable.slice(STORAGE.length), sortMountOptions));
  } catch {
    // The app has a STORAGE of its own.
    return variable;
  }
}

const STORAGE = "STORAGE=";

const sortMountOptions = (key: string, value: unknown): unknown =>
  key === "mount_options" && Array.isArray(value) ? value.map(String).sort() : value;
