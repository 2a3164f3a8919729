import { canonicalDriverOptions, type Mount } from "@openfactory/deploy-core";

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
