import { stripControlChars } from "./format.js";

/** The printed fields of a device. */
export interface PrintedDevice {
  readonly key: string;
  readonly uuid: string;
  readonly connector: string;
  readonly services: readonly string[];
  readonly notes?: readonly string[];
}

/** Lines for the devices without services, for which nothing is deployed, and for entries without effect. */
export const devicesText = (devices: readonly PrintedDevice[]): string =>
  devices
    .map((device) =>
      linesOf(device)
        .map((line) => `${stripControlChars(`${device.key}: ${line}`)}\n`)
        .join(""),
    )
    .join("");

const linesOf = ({ connector, services, notes = [] }: PrintedDevice): readonly string[] =>
  services.length > 0
    ? notes
    : [`${connector} device, registered by the connector service; nothing to deploy`, ...notes];

/** The fields of the event `device`. */
export const deviceFields = ({ key, uuid, connector, services, notes = [] }: PrintedDevice) => ({
  device: key,
  uuid,
  connector,
  services,
  notes,
});

const pluralize = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `app_web.yml: valid for docker: 1 app`, `3 files valid: 5 apps`. */
export function filesText(
  {
    files,
    apps,
    devices = [],
  }: { files: readonly string[]; apps: readonly { device?: unknown }[]; devices?: readonly unknown[] },
  platform?: string,
): string {
  const [first] = files;
  const subject =
    files.length === 1 && first !== undefined
      ? `${first === "-" ? "standard input" : first}:`
      : pluralize(files.length, "file");
  const appCount = apps.filter(({ device }) => device === undefined).length;
  const counts = [
    ...(appCount > 0 || devices.length === 0 ? [pluralize(appCount, "app")] : []),
    ...(devices.length > 0 ? [pluralize(devices.length, "device")] : []),
  ];
  return `${subject} valid${platform === undefined ? "" : ` for ${platform}`}: ${counts.join(", ")}`;
}
