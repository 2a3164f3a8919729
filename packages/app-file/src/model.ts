import type { AssetReferences, DeployRequest, ResourceSpec, SourceLocation } from "@openfactory/deploy-core";

/** When an app can start, in Compose's words. */
export type DependencyCondition = "service_started" | "service_healthy" | "service_completed_successfully";

export interface Dependency {
  /** Service name of the app that must start first. */
  service: string;
  /** Default `service_started`. */
  condition: DependencyCondition;
}

/** Where a field of a request is written. */
export interface FieldSource {
  /**
   * Path of the key in the app's entry, such as `deploy.resources.limits.cpus`, `ports[0]` or `environment.LOG_LEVEL`; of
   * the key that sets the field, if the file does not contain it. Undefined if no key sets it.
   */
  key?: string;
  /** Location of the key, or of its closest parent in the file. */
  location: SourceLocation;
}

/** One app: an entry of `apps:`, or a service of a device. */
export interface App {
  /** Name in the file. Unique in the project. */
  key: string;
  /** Service name: the lowercase `uuid`. */
  service: string;
  /** Location of the name in the file. */
  location: SourceLocation;
  /** The file that declares it: one of {@link AppProject.files}. */
  file: string;
  request: DeployRequest;
  /** Paths in the request that are defaults, not set in the file. */
  defaults?: readonly string[];
  /** Location of a request field, such as `mounts[0].Target`, or of the closest key that is in the file. */
  locate: (field: string) => SourceLocation;
  /**
   * Key and location of a request field, by its path: `["env", "LEVEL"]`, `["ports", 0]`. Default: only `locate` knows
   * where the fields are.
   */
  sourceOf?: (path: readonly PropertyKey[]) => FieldSource;
  /** Version of the rules that produced the request. A new version changes deployed apps once. */
  format?: number;
  dependsOn: Dependency[];
  /** Locations of storage with `type: local`, a directory of the engine's host. */
  localStorageLocations: SourceLocation[];
  /** The device that this service belongs to. */
  device?: { key: string; uuid: string; references?: AssetReferences };
  /** Content that the device references was not read: the service name is valid, the request is incomplete. */
  isIncomplete?: true;
}

/** One entry of `devices:`. */
export interface Device {
  /** Name in the file, or the lowercase uuid if several files use the name. Unique in the project. */
  key: string;
  /** As written. */
  uuid: string;
  /** Type of the connector. */
  connector: string;
  /** Place in the Unified Namespace: scalars as written, other values as JSON. */
  uns: Record<string, string>;
  /** Names of the device's services; each is one of {@link AppProject.apps}. Empty if nothing is deployed for it. */
  services: string[];
  /** Assets that the device refers to. */
  references?: AssetReferences;
  /** Notes for users, such as keys without effect. */
  notes: string[];
  /** Location of the name in the file. */
  location: SourceLocation;
  /** The file that declares it: one of {@link AppProject.files}. */
  file: string;
}

/** An existing network that apps join. If it does not exist, a deploy fails with `NETWORK_NOT_FOUND`. */
export interface AppNetwork {
  /** Name on the engine. */
  name: string;
  /** Keys of the apps that join it, in the project's order. */
  apps: string[];
  /** Location of its first use. */
  location: SourceLocation;
}

type Unlabeled<Spec> = Spec extends unknown
  ? Omit<Spec, "labels"> & { labels?: Readonly<Record<string, string>> }
  : never;

/**
 * A network, secret or config that a file declares and an app of the project uses. It is created for the apps and removed
 * with them. A secret or config is named `<project>_<key>_<12 hex digits of a hash of its content>`.
 */
export interface AppResource {
  /** Name in the file. */
  key: string;
  /** The resource to create, with the labels of the file only. */
  spec: Unlabeled<ResourceSpec>;
  /** Location of the name in the file. */
  location: SourceLocation;
  /** The file that declares it: one of {@link AppProject.files}. The first, if several files declare it. */
  file: string;
}

/**
 * What a user must know about a valid file:
 * - `KEY_NOT_SUPPORTED`: a key that is not supported
 * - `VARIABLE_NOT_SET`: a variable that is replaced by an empty text
 * - `PROFILE_INACTIVE`: a service that is not deployed, since none of its profiles is active
 * - `COMPOSE_FILE_IGNORED`: a file in the working directory that is not read, since there is an app file
 */
export interface FileNote {
  code: "KEY_NOT_SUPPORTED" | "VARIABLE_NOT_SET" | "PROFILE_INACTIVE" | "COMPOSE_FILE_IGNORED";
  /** Path of the key, `services.web.dns`; the name of the variable or service. The first, if several are noted. */
  key: string;
  /** One sentence. */
  reason: string;
  /** All positions, in the order of the files. */
  locations: SourceLocation[];
}

/** One or more files, read as one project. Fits `DesiredProject` of `@openfactory/deployer`. */
export interface AppProject {
  /** The given name, else `name:` of a file, else the name of the project directory, normalized as Compose does. */
  project: string;
  /** Absolute path of the project directory. */
  directory: string;
  /**
   * The name comes from an option or from `name:` of a file, and identifies the project in every directory. Default false:
   * another directory of the same name is another project.
   */
  hasExplicitName?: boolean;
  /** Paths of the files relative to the project directory, with `/` as separator; `-` for standard input. */
  files: string[];
  /** In the order of the files, and in each file's order. */
  apps: App[];
  /** In the order of the files, and in each file's order. */
  devices: Device[];
  networks: AppNetwork[];
  /** Networks, then secrets, then configs, each in the order of the files. */
  resources: AppResource[];
  /** Keys of Compose files that are not supported, and the like. Default: none. */
  notes?: FileNote[];
}
