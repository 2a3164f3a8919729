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
