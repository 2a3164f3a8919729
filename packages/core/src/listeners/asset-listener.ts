import { isObject } from "../plugin/plugin-kind.js";
import { PluginRegistry } from "../plugin/plugin-registry.js";
import type { AssetEvent } from "./asset-event.js";

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
