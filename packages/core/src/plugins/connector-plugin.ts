import type { z } from "zod";
import type { DeployRequest } from "../request/deploy-request.js";
import type { AssetReferences } from "./asset-listener.js";
import { isSchema, PluginRegistry } from "./plugin-registry.js";

/** A path inside the `connector` of a device: `["agent", "device_xml"]`. */
export type ConnectorPath = readonly PropertyKey[];

/** A device of the file, with its connector as parsed by the plugin's schema. */
export interface ConnectorDevice<Config> {
  /** Its name in the file. */
  readonly key: string;
  /** As in the file. */
  readonly uuid: string;
  readonly connector: Config;
}

/** The functions that a connector may call while it builds the services of a device. */
export interface ConnectorContext {
  /** A variable of the environment or of an env file. Undefined if it is not set, or empty. */
  variable(name: string): string | undefined;
  /**
   * Reads the content that the text at `path` of the connector refers to: a path (relative to the file), `http(s)://`, or
   * `github://owner:repo@ref/path`. At most 1 MiB, within 10 seconds.
   * @returns undefined if the content can't be read, which is then reported as an error of the file, and if the command
   * doesn't need it (`ps`, `logs`, `down`). Build the services without it.
   */
  read(path: ConnectorPath): Promise<Uint8Array | undefined>;
  /** Reports an error at `path` of the connector. `hint` describes what to do. The device is not deployed. */
  report(path: ConnectorPath, message: string, hint?: string): void;
  /** Adds a sentence to the output of `validate`, `plan` and `up`. */
  note(sentence: string): void;
}

/** One service of a device. */
export interface DeviceService {
  /** Such as `agent`. The service is `<lowercase uuid>-<role>`, and `<device>-<role>` on the command line. */
  readonly role: string;
  /** All fields except the name. Use the key in the file for a network that the file declares. */
  readonly request: Omit<DeployRequest, "name">;
  /**
   * Parts of the request that are defaults of the connector and not from the file, such as `resources.Reservations.NanoCPUs`.
   * A platform that doesn't support them deploys without them, and without a warning. Default: none.
   */
  readonly defaults?: readonly string[];
  /** Roles of services of this device that start before this one. Default: none. */
  readonly after?: readonly string[];
  /** The positions of request fields in the connector, for messages. Default: the connector. */
  readonly writtenAt?: Readonly<Partial<Record<keyof DeployRequest, ConnectorPath>>>;
}

/** The services of a device. */
export interface DeviceServices {
  /** Empty for a device that is registered elsewhere; nothing is deployed then. */
  readonly services: readonly DeviceService[];
  /** Assets that the device refers to. */
  readonly references?: AssetReferences;
}

/**
 * The export of a package that adds a connector: a value of `connector.type` of a device. A connector is data and one
 * function; loading its module runs no other code.
 * @typeParam Config the device's `connector` after validation.
 */
export interface ConnectorPlugin<Config = unknown> {
  readonly kind: "connector";
  /** The value of `connector.type`: lowercase letters, digits and `-`. */
  readonly name: string;
  /** The version of the contract that the plugin was built for, such as `1.0`, or a range such as `1.0 - 1.2`. */
  readonly contractVersion: string | number;
  /** One line for documentation. */
  readonly description: string;
  /** Schema of `connector`, including the key `type`. Its issues are reported as errors at their positions in the file. */
  readonly schema: z.ZodType<Config>;
  /** An error thrown here becomes `PLUGIN_FAILED`; report errors of the file with `context.report`. */
  build(device: ConnectorDevice<Config>, context: ConnectorContext): DeviceServices | Promise<DeviceServices>;
}

/** Returns the plugin with its types and its kind. */
export const defineConnectorPlugin = <Config>(
  plugin: Omit<ConnectorPlugin<Config>, "kind">,
): ConnectorPlugin<Config> => ({ ...plugin, kind: "connector" });

/** The known connectors, by `connector.type`. */
export class ConnectorRegistry extends PluginRegistry<ConnectorPlugin> {
  constructor() {
    super({
      kind: "connector",
      label: "connector plugin",
      subject: "connector",
      definedBy: "defineConnectorPlugin",
      unknownCode: "UNKNOWN_PLUGIN",
      findProblem: ({ build, schema }) => {
        if (typeof build !== "function") return "it has no build function";
        return isSchema(schema) ? undefined : "its schema is not a zod schema";
      },
    });
  }
}
