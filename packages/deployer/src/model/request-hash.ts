import { hash } from "node:crypto";
import {
  canonicalDriverOptions,
  type DeployRequest,
  type Mount,
  type NormalizedRequest,
  parseRequest,
} from "@openfactory/deploy-core";
import { OWNERSHIP_LABELS, ownerOf } from "./labels.js";

/** The order of variables and mount options does not count, nor do ownership labels. */
const comparable = ({ env, labels = {}, mounts, ...rest }: NormalizedRequest): object => ({
  ...rest,
  env: env.map(canonicalVariable).sort(),
  ...(mounts && { mounts: mounts.map(canonicalMount) }),
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !OWNERSHIP_LABELS.includes(label))),
});

const hashes = new WeakMap<NormalizedRequest, string>();

/** As {@link requestHash}, for a request that is parsed already. Computed once for each request. */
export function hashNormalized(request: NormalizedRequest): string {
  const known = hashes.get(request);
  if (known !== undefined) return known;
  const computed = `sha256:${hash("sha256", canonicalJson(comparable(request)))}`;
  hashes.set(request, computed);
  return computed;
}

/** Whether a service with these labels was deployed from this same request. */
export const isDeployedFrom = (request: NormalizedRequest, labels: Readonly<Record<string, string>>): boolean =>
  ownerOf(labels)?.request === hashNormalized(request);

/**
 * SHA-256 of a request, as `sha256:<64 hex digits>`: requests with the same hash deploy the same service.
 *
 * The values of `env` are part of the hash, because a changed value is a changed service. The hash does not reveal them:
 * it can only confirm a guess of the whole request, and a user who can read labels can read the variables on the engine
 * as well. Values that such users must not read belong in `secrets`, which the request only names.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export const requestHash = (request: DeployRequest): string => hashNormalized(parseRequest(request));

/** JSON with sorted keys and without undefined values: equal values give equal text. */
export const canonicalJson = (value: unknown): string => JSON.stringify(withSortedKeys(value));

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  // JSON.parse() creates a key __proto__ as an ordinary property, and so must this copy.
  const sorted: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) sorted[key] = withSortedKeys((value as Record<string, unknown>)[key]);
  return sorted;
}

/** The canonical form of a mount: the order of a volume's mount options does not count. */
export function canonicalMount(mount: Mount): Mount {
  const driver = mount.VolumeOptions?.DriverConfig;
  if (driver?.Options === undefined) return mount;
  const DriverConfig = { ...driver, Options: canonicalDriverOptions(driver) };
  return { ...mount, VolumeOptions: { ...mount.VolumeOptions, DriverConfig } };
}

/**
 * The canonical form of a variable, `NAME=VALUE`. OpenFactory's `STORAGE` repeats the mount options of volumes, whose
 * order does not count there either.
 */
export function canonicalVariable(variable: string): string {
  if (!variable.startsWith(STORAGE)) return variable;
  try {
    return STORAGE + JSON.stringify(JSON.parse(variable.slice(STORAGE.length), sortMountOptions));
  } catch {
    // The app uses STORAGE for something else.
    return variable;
  }
}

const STORAGE = "STORAGE=";

const sortMountOptions = (key: string, value: unknown): unknown =>
  key === "mount_options" && Array.isArray(value) ? value.map(String).sort() : value;
