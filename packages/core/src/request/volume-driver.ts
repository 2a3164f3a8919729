type Options = Readonly<Record<string, string>>;

/** A volume's driver and its options, as a mount asks for them and as the engine keeps them. */
export interface VolumeDriver {
  /** Default: `local`. */
  readonly Name?: string;
  readonly Options?: Options | null;
}

/**
 * Driver options in one form for all that mean the same: the mount options of the driver `local` (`o`) are a set, here in
 * alphabetical order and each of them once.
 */
export function canonicalDriverOptions({ Name = "local", Options }: VolumeDriver): Options {
  const { o, ...others } = { ...Options };
  if (o === undefined) return others;
  return { ...others, o: Name === "local" ? [...new Set(o.split(","))].sort().join(",") : o };
}

/** Whether a volume with the one driver can be mounted where the other is asked for. */
export function isSameDriver(one: VolumeDriver, other: VolumeDriver): boolean {
  const [options, others] = [canonicalDriverOptions(one), canonicalDriverOptions(other)];
  const names = new Set([...Object.keys(options), ...Object.keys(others)]);
  return nameOf(one) === nameOf(other) && [...names].every((name) => options[name] === others[name]);
}

/**
 * How a volume that exists differs from what a mount asks for: `driver local (type=nfs, device=:/a, o=addr=nas) instead of
 * driver local (...)`. The options of NFS volumes are shown, except values with the names of credentials. Of any other
 * volume only their names are, since they may hold credentials in any form. Undefined: it does not differ.
 */
export function volumeDifference(existing: VolumeDriver, asked: VolumeDriver): string | undefined {
  return isSameDriver(existing, asked) ? undefined : `${describe(existing)} instead of ${describe(asked)}`;
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

/** `o` is a list of mount options: each that has the name of a credential loses its value. */
function withoutCredentials(name: string, value: string): string {
  if (name !== "o") return CREDENTIAL.test(name) ? MASK : value;
  const parts = value.split(",").map((part) => {
    const equals = part.indexOf("=");
    return equals >= 0 && CREDENTIAL.test(part.slice(0, equals)) ? `${part.slice(0, equals)}=${MASK}` : part;
  });
  return parts.join(",");
}
