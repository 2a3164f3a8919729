import { isObject, PluginRegistry } from "./plugin-registry.js";

/** An asset that a device refers to. */
export interface AssetReference {
  readonly uuid: string;
  /** Its service. Undefined if it runs elsewhere. */
  readonly service?: string;
}

/** The assets of a device, by their role: `agent`, `producer`. */
export type AssetReferences = Readonly<Record<string, AssetReference>>;

/** An asset of OpenFactory: an app (one asset per replica), or a device. */
export interface Asset {
  /** For one of several replicas: `<uuid>-<slot>`, as in OpenFactory's application framework. */
  readonly uuid: string;
  readonly kind: "app" | "device";
  /** Its name in the file. */
  readonly name: string;
  /** One service of an app; all services of a device, none if it is registered elsewhere. */
  readonly services: readonly string[];
  /** Position in the Unified Namespace, as in the file. */
  readonly uns: Readonly<Record<string, string>>;
  /** Set if the app exposes metrics. */
  readonly metrics?: { readonly port: string; readonly path: string };
  /** Set for a device. */
  readonly references?: AssetReferences;
}

/**
 * The change of an asset in a run:
 * - `created`, `changed`, `removed`: applies to at least one of its services
 * - `declared`: a device without services (OPC UA, SHDR) is in the file; sent on every successful `up`, since no state is kept
 */
export type AssetChange = "created" | "changed" | "removed" | "declared";

export interface AssetEvent {
  readonly change: AssetChange;
  readonly asset: Asset;
  readonly project: string;
  /** Name of the platform. */
  readonly platform: string;
  /** When the run ended, ISO 8601. */
  readonly time: string;
}

/** Receives the assets that a run created, changed or removed. Its errors become warnings; they don't fail the run. */
export interface AssetListener {
  /** For warnings. */
  readonly name: string;
  /**
   * Called once for each asset, in sequence.
   * @param signal fires at the time limit of the listener.
   */
  onAsset(event: AssetEvent, signal: AbortSignal): void | Promise<void>;
  /** Called after the last event. */
  close?(): void | Promise<void>;
}

/** The environment of a listener. */
export interface AssetListenerContext {
  /** The environment variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory, the base of relative paths. */
  readonly cwd: string;
}

/** The export of a package that adds an asset listener. Loading its module runs no other code. */
export interface AssetListenerPlugin {
  readonly kind: "assetListener";
  /** Lowercase letters, digits and `-`. */
  readonly name: string;
  /** The version of the contract that the plugin was built for, such as `1.0`, or a range such as `1.0 - 1.2`. */
  readonly contractVersion: string | number;
  /** One line for documentation. */
  readonly description: string;
  /** Creates the listener for one run of a command. */
  create(context: AssetListenerContext): AssetListener | Promise<AssetListener>;
}

/** Returns the plugin with its types and its kind. */
export const defineAssetListenerPlugin = (plugin: Omit<AssetListenerPlugin, "kind">): AssetListenerPlugin => ({
  ...plugin,
  kind: "assetListener",
});

/** The known asset listeners, by name. */
export class AssetListenerRegistry extends PluginRegistry<AssetListenerPlugin> {
  constructor() {
    super({
      kind: "assetListener",
      label: "asset listener plugin",
      subject: "asset listener",
      definedBy: "defineAssetListenerPlugin",
      unknownCode: "UNKNOWN_PLUGIN",
      findProblem: ({ create }) => (typeof create === "function" ? undefined : "it has no create function"),
    });
  }
}

/** Whether a value is a listener, of any copy of this package. */
export const isAssetListener = (value: unknown): value is AssetListener =>
  isObject(value) && typeof value["name"] === "string" && typeof value["onAsset"] === "function";
