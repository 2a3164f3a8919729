import type { PortInput } from "@openfactory/deploy-core";
import type { App, AppProject, Device } from "./model.js";
import type { RequestFields } from "./request/fields.js";
import type { AppEntry } from "./schema/app-file.js";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** The keys of an app that are compared with other apps, or name what the file declares. */
const COMPARED_KEYS = ["depends_on", "ports", "networks", "storage", "secrets", "configs"] as const;

export type ComparedKeys = Partial<Pick<AppEntry, (typeof COMPARED_KEYS)[number]>>;

/** The rest of an entry is in the request already. */
export const comparedKeys = (entry: AppEntry): ComparedKeys =>
  Object.fromEntries(COMPARED_KEYS.flatMap((key) => (entry[key] == null ? [] : [[key, entry[key]]])));

/** An app and its location in the file. */
export interface LocatedApp {
  app: App;
  /** The keys that are compared with other apps, as far as they are in the file. */
  entry: ComparedKeys;
  /** Path of the entry: `["apps", <key>]`. */
  path: FilePath;
  /** Returns the fields of its request, with their paths in the file. Default: unknown, for a device's service. */
  fields?: () => RequestFields;
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
