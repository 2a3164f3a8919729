import { isObject, PluginRegistry } from "./plugin-registry.js";

/** An asset that a device refers to. */
export interface AssetReference {
  readonly uuid: string;
  /** Its service; left out where it runs elsewhere. */
  readonly service?: string;
}

/** The assets below a device, by what they are to it: `agent`, `producer`. */
export type AssetReferences = Readonly<Record<string, AssetReference>>;

/** One asset of OpenFactory: an app (each replica of its own), or a device. */
export interface Asset {
  /** Of one of several replicas: `<uuid>-<slot>`, as the application framework names it. */
  readonly uuid: string;
  readonly kind: "app" | "device";
  /** Its name in the file. */
  readonly name: string;
  /** Of an app one service; of a device all of its services, none where it is registered elsewhere. */
  readonly services: readonly string[];
  /** Place in the Unified Namespace, as written in the file. */
  readonly uns: Readonly<Record<string, string>>;
  /** `port` and `path`, where the app exposes metrics. */
  readonly metrics?: { readonly port: string; readonly path: string };
  /** Of a device. */
  readonly references?: AssetReferences;
}

/**
 * What became of an asset in a run:
 * - `created`, `changed`, `removed`: at least one of its services was
 * - `declared`: a device without services (OPC UA, SHDR) that the file declares; sent on every successful `up`, since no
 *   state is kept
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

/** Receives the assets that a run created, changed or removed. It can't fail the run: what it throws is a warning. */
export interface AssetListener {
  /** For warnings. */
  readonly name: string;
  /**
   * Called once for each asset, in order, one at a time; the next one waits.
   * @param signal fires at the listener's time limit.
   */
  onAsset(event: AssetEvent, signal: AbortSignal): void | Promise<void>;
  /** Called after the last event. */
  close?(): void | Promise<void>;
}

/** What a listener may need to know to start. */
export interface AssetListenerContext {
  /** The process's variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory: where relative paths start. */
  readonly cwd: string;
}

/** What a package exports to add an asset listener. Nothing runs while it loads. */
export interface AssetListenerPlugin {
  readonly kind: "assetListener";
  /** Lower-case letters, digits and `-`. */
  readonly name: string;
  /** `CONTRACT_VERSION` of the core it was built with. */
  readonly contractVersion: number;
  /** One line for documentation. */
  readonly description: string;
  /** Makes the listener for one command. */
  create(context: AssetListenerContext): AssetListener | Promise<AssetListener>;
}

/** Gives an asset listener its types, and its kind. */
export const defineAssetListenerPlugin = (plugin: Omit<AssetListenerPlugin, "kind">): AssetListenerPlugin => ({
  ...plugin,
  kind: "assetListener",
});

/** The asset listeners that are known, by name. */
export class AssetListenerRegistry extends PluginRegistry<AssetListenerPlugin> {
  constructor() {
    super({
      kind: "assetListener",
      label: "asset listener plugin",
      subject: "asset listener",
      definedBy: "defineAssetListenerPlugin",
      unknown: "UNKNOWN_PLUGIN",
      flaw: ({ create }) => (typeof create === "function" ? undefined : "it has no create function"),
    });
  }
}

/** Whether a plugin made a listener, whichever copy of this package it has. */
export const isAssetListener = (value: unknown): value is AssetListener =>
  isObject(value) && typeof value["name"] === "string" && typeof value["onAsset"] === "function";
