import type { AssetReferences, DeployRequest, ResourceSpec, SourceLocation } from "@openfactory/deploy-core";

/** When an app may start, as Compose names it. */
export type DependencyCondition = "service_started" | "service_healthy" | "service_completed_successfully";

export interface Dependency {
  /** Service name of the app that comes first. */
  service: string;
  /** Default `service_started`. */
  condition: DependencyCondition;
}

/** One app: an entry of `apps:`, or a service of a device. */
export interface App {
  /** Its name in the file. Unique in the project. */
  key: string;
  /** Its service name: the lower-cased `uuid`. */
  service: string;
  /** Of its name in the file. */
  location: SourceLocation;
  /** The file that declares it: one of {@link AppProject.files}. */
  file: string;
  request: DeployRequest;
  /** Parts of the request that the file does not ask for. */
  defaults?: readonly string[];
  /** Where a field of the request is written, such as `mounts[0].Target`: as near as the file says it. */
  locate: (field: string) => SourceLocation;
  /** Version of the rules by which the request was made: a new one changes deployed apps once. */
  format?: number;
  dependsOn: Dependency[];
  /** Where it asks for storage of `type: local`, a directory of the engine's own host. */
  usesLocalStorage: SourceLocation[];
  /** The device that this is a service of. */
  device?: { key: string; uuid: string; references?: AssetReferences };
  /** Content that the device names was not read: the request names the service, and is not whole. */
  isPartial?: true;
}

/** One entry of `devices:`. */
export interface Device {
  /** Its name in the file; of a name that several files use, its lower-cased uuid. Unique in the project. */
  key: string;
  /** As written. */
  uuid: string;
  /** Type of its connector. */
  connector: string;
  /** Place in the Unified Namespace: scalars as written, JSON of anything else. */
  uns: Record<string, string>;
  /** Names of its services; each is one of {@link AppProject.apps}. Empty: it is registered elsewhere. */
  services: string[];
  /** Assets that it refers to. */
  references?: AssetReferences;
  /** Sentences about what is in the file and has no effect. */
  notes: string[];
  /** Of its name in the file. */
  location: SourceLocation;
  /** The file that declares it: one of {@link AppProject.files}. */
  file: string;
}

/** A network that apps join and that is not made for them: it exists, or a deploy ends with `NETWORK_NOT_FOUND`. */
export interface AppNetwork {
  /** On the engine. */
  name: string;
  /** Keys of the apps that join it, in the project's order. */
  apps: string[];
  /** Where it is named first. */
  location: SourceLocation;
}

type Unlabelled<Spec> = Spec extends unknown
  ? Omit<Spec, "labels"> & { labels?: Readonly<Record<string, string>> }
  : never;

/**
 * A network, secret or config that a file declares and an app of the project uses: made for the apps, and removed with them. A
 * secret or config is named `<project>_<key>_<12 hex digits>`, of a hash of its content.
 */
export interface AppResource {
  /** Its name in the file. */
  key: string;
  /** What is to be made, with labels of the file's own only. */
  spec: Unlabelled<ResourceSpec>;
  /** Of its name in the file. */
  location: SourceLocation;
  /** The file that declares it: one of {@link AppProject.files}. Of several files with the same declaration, the first. */
  file: string;
}

/** One or more files, read as one project. Fits `DesiredProject` of `@openfactory/deployer`. */
export interface AppProject {
  /** The given name, else `name:` of a file, else the name of the project directory, normalized as Compose does. */
  project: string;
  /** Absolute path of the project directory. */
  directory: string;
  /**
   * The name is given, or `name:` of a file: it is the same project in every directory. Default false: another directory of
   * the same name is another project.
   */
  hasChosenName?: boolean;
  /** Paths of the files relative to the project directory, with `/` between their parts; `-` for standard input. */
  files: string[];
  /** In the order of the files, and in each file's order. */
  apps: App[];
  /** In the order of the files, and in each file's order. */
  devices: Device[];
  networks: AppNetwork[];
  /** Networks, then secrets, then configs, each in the order of the files. */
  resources: AppResource[];
}
