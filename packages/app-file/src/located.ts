import type { PortInput } from "@openfactory/deploy-core";
import type { App, Device } from "./model.js";
import type { AppEntry } from "./schema/app-file.js";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** An app, and where it is written. */
export interface ReadApp {
  app: App;
  /** Its keys, as far as they are written in the file. */
  entry: Partial<AppEntry>;
  /** Of its entry: `["apps", <key>]`. */
  path: FilePath;
  /** The ports it publishes and where they are written, for a service of a device. Default: `ports` of its entry. */
  publishes?: { port: PortInput; path: FilePath }[];
  /** Of its file. */
  tree: SourceTree;
}

/** A name by which users know an app or a device, whether its entry is valid or not. */
export interface ReadKey {
  key: string;
  path: FilePath;
  tree: SourceTree;
}

/** A device, and its services as apps. */
export interface ReadDevice {
  device: Device;
  /** Of its entry, in its file. */
  path: FilePath;
  tree: SourceTree;
  apps: ReadApp[];
}
