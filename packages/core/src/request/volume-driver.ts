type Options = Readonly<Record<string, string>>;

/** A volume's driver and its options, as in a mount and as reported by the engine. */
export interface VolumeDriver {
  /** Default: `local`. */
  readonly Name?: string;
  readonly Options?: Options | null;
}

/**
 * Driver options in canonical form, so that equivalent ones are equal: the mount options of the driver `local` (`o`) are a
 * set, so they are sorted and duplicates are removed.
 */
export function canonicalDriverOptions({ Name = "local", Options }: VolumeDriver): Options {
  const { o, ...others } = { ...Options };
  if (o === undefined) return others;
  return { ...others, o: Name === "local" ? [...new Set(o.split(","))].sort().join(",") : o };
}

/** Whether two drivers and their options are equivalent. */
export function isSameDriver(one: VolumeDriver, other: VolumeDriver): boolean {
  const [options, others] = [canonicalDriverOptions(one), canonicalDriverOptions(other)];
  const names = new Set([...Object.keys(options), ...Object.keys(others)]);
  return nameOf(one) === nameOf(other) && [...names].every((name) => options[name] === others[name]);
}

/**
 * Describes how an existing volume differs from the requested one: `driver local (type=nfs, device=:/a, o=addr=nas) instead of
 * driver local (...)`; undefined if they are equivalent. Options of NFS volumes are shown, except values whose names suggest
 * credentials. For other volumes only the names of options are shown, since any value may contain credentials.
 */
export function volumeDifference(existing: VolumeDriver, requested: VolumeDriver): string | undefined {
  return isSameDriver(existing, requested) ? undefined : `${describe(existing)} instead of ${describe(requested)}`;
}

const nameOf = ({ Name }: VolumeDriver): string => Name ?? "local";

function describe(driver: VolumeDriver): string {
  const entries = Object.entries(driver.Options ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return `driver ${nameOf(driver)} without options`;
  const isNfs = nameOf(driver) === "local" && /^nfs\d*$/.test(driver.Options?.["type"] ?? "");
  const shown = entries.map(([name, value]) => `${name}=${isNfs ? withoutCredentials(name, value) : MASK}`);
  return `driver ${nameOf(driver)} (${shown.join(", ")})`;
}

const MASK = "***";
const CREDENTIAL = /pass|pwd|secret|token|cred|user|key/i;

/** `o` is a list of mount options, in which values of credentials are masked one by one. */
function withoutCredentials(name: string, value: string): string {
  if (name !== "o") return CREDENTIAL.test(name) ? MASK : value;
  const parts = value.split(",").map((part) => {
    const equals = part.indexOf("=");
    return equals >= 0 && CREDENTIAL.test(part.slice(0, equals)) ? `${part.slice(0, equals)}=${MASK}` : part;
  });
  return parts.join(",");
}
