import type { z } from "zod";
import type { DeployRequest } from "../request/deploy-request.js";
import type { AssetReferences } from "./asset-listener.js";
import { isSchema, PluginRegistry } from "./plugin-registry.js";

/** Keys and indexes inside the `connector` of a device: `["agent", "device_xml"]`. */
export type ConnectorPath = readonly PropertyKey[];

/** A device of the file, with its connector as the plugin's schema returned it. */
export interface ConnectorDevice<Config> {
  /** Its name in the file. */
  readonly key: string;
  /** As written. */
  readonly uuid: string;
  readonly connector: Config;
}

/** What a connector may ask for while it builds the services of a device. */
export interface ConnectorContext {
  /** A variable of the environment or of an env file. Undefined where it is not set, or empty. */
  variable(name: string): string | undefined;
  /**
   * Reads what the text at `path` of the connector names: a path (relative to the file), `http(s)://`, or
   * `github://owner:repo@ref/path`. At most 1 MiB, within 10 seconds.
   * @returns undefined where the content can't be read, which is then an error of the file, and where the command does
   * not need it (`ps`, `logs`, `down`): build the services without it.
   */
  read(path: ConnectorPath): Promise<Uint8Array | undefined>;
  /** Adds an error at `path` of the connector. `hint` says what to do. The device is then not deployed. */
  report(path: ConnectorPath, message: string, hint?: string): void;
  /** Adds a sentence that `validate`, `plan` and `up` print. */
  note(sentence: string): void;
}

/** One service of a device. */
export interface DeviceService {
  /** Such as `agent`. The service is `<lower-cased uuid>-<role>`, and `<device>-<role>` on the command line. */
  readonly role: string;
  /** Everything but the name. A network that the file declares is named by its key there. */
  readonly request: Omit<DeployRequest, "name">;
  /**
   * Parts of the request that the file does not ask for, such as `resources.Reservations.NanoCPUs`. A platform that does not
   * honor them deploys without them, and without a warning. Default: none.
   */
  readonly defaults?: readonly string[];
  /** Roles of services of this device that start first. Default: none. */
  readonly after?: readonly string[];
  /** Where fields of the request are written in the connector, for messages. Default: at the connector. */
  readonly writtenAt?: Readonly<Partial<Record<keyof DeployRequest, ConnectorPath>>>;
}

/** What a connector makes of a device. */
export interface DeviceServices {
  /** Empty: the device is registered elsewhere, and nothing is deployed. */
  readonly services: readonly DeviceService[];
  /** Assets that the device refers to. */
  readonly references?: AssetReferences;
}

/**
 * What a package exports to add a connector: a value of `connector.type` of a device. A connector is data and one
 * function; nothing runs while it loads.
 * @typeParam Config the device's `connector` after validation.
 */
export interface ConnectorPlugin<Config = unknown> {
  readonly kind: "connector";
  /** The value of `connector.type`: lower-case letters, digits and `-`. */
  readonly name: string;
  /** `CONTRACT_VERSION` of the core it was built with. */
  readonly contractVersion: number;
  /** One line for documentation. */
  readonly description: string;
  /** Schema of `connector`, the key `type` included. Its issues are errors at their places in the file. */
  readonly schema: z.ZodType<Config>;
  /** What throws here is `PLUGIN_FAILED`; report errors of the file through the context. */
  build(device: ConnectorDevice<Config>, context: ConnectorContext): DeviceServices | Promise<DeviceServices>;
}

/** Gives a connector its types, and its kind. */
export const defineConnectorPlugin = <Config>(
  plugin: Omit<ConnectorPlugin<Config>, "kind">,
): ConnectorPlugin<Config> => ({ ...plugin, kind: "connector" });

/** The connectors that are known, by `connector.type`. */
export class ConnectorRegistry extends PluginRegistry<ConnectorPlugin> {
  constructor() {
    super({
      kind: "connector",
      label: "connector plugin",
      subject: "connector",
      definedBy: "defineConnectorPlugin",
      unknown: "UNKNOWN_PLUGIN",
      flaw: ({ build, schema }) => {
        if (typeof build !== "function") return "it has no build function";
        return isSchema(schema) ? undefined : "its schema is not a zod schema";
      },
    });
  }
}
