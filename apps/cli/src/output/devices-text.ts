import { harmless } from "./style.js";

/** A device of the file, as far as it is shown. */
export interface ShownDevice {
  readonly key: string;
  readonly uuid: string;
  readonly connector: string;
  readonly services: readonly string[];
  readonly notes?: readonly string[];
}

/** Of each device without services, that nothing is deployed for it; of the others, what of them has no effect. */
export const devicesText = (devices: readonly ShownDevice[]): string =>
  devices
    .map((device) =>
      linesOf(device)
        .map((line) => `${harmless(`${device.key}: ${line}`)}\n`)
        .join(""),
    )
    .join("");

const linesOf = ({ connector, services, notes = [] }: ShownDevice): readonly string[] =>
  services.length > 0
    ? notes
    : [`${connector} device, registered by the connector service; nothing to deploy`, ...notes];

/** A device as a line of `--json`. */
export const deviceFields = ({ key, uuid, connector, services, notes = [] }: ShownDevice) => ({
  device: key,
  uuid,
  connector,
  services,
  notes,
});
