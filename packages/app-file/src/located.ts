import type { PortInput } from "@openfactory/deploy-core";
import type { App, AppProject, Device } from "./model.js";
import type { RequestFields } from "./request/fields.js";
import type { AppEntry } from "./schema/app-file.js";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** An app and its location in the file. */
export interface LocatedApp {
  app: App;
  /** The keys that are in the file. */
  entry: Partial<AppEntry>;
  /** Path of the entry: `["apps", <key>]`. */
  path: FilePath;
  /** The fields of its request, with their paths in the file. Default: unknown, for a device's service. */
  fields?: RequestFields;
  /** Published ports of a device's service, with their paths in the file. Default: `ports` of the entry. */
  publishedPorts?: { port: PortInput; path: FilePath }[];
  tree: SourceTree;
}

/** The name of an app or device, whether its entry is valid or not. */
export interface LocatedKey {
  key: string;
  path: FilePath;
  tree: SourceTree;
}

/** A device, and its services as apps. */
export interface LocatedDevice {
  device: Device;
  /** Path of the entry: `["devices", <key>]`. */
  path: FilePath;
  tree: SourceTree;
  apps: LocatedApp[];
}

/** A project, and its apps with their positions. */
export interface BuiltProject {
  project: AppProject;
  located: LocatedApp[];
}
