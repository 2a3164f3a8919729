import type { DeployRequest, ResourceSpec, SourceLocation } from "@openfactory/deploy-core";

/** When an app may start, as Compose names it. */
export type DependencyCondition = "service_started" | "service_healthy" | "service_completed_successfully";

export interface Dependency {
  /** Service name of the app that comes first. */
  service: string;
  /** Default `service_started`. */
  condition: DependencyCondition;
}

/** One entry of `apps:`. */
export interface App {
  /** Its name in the file. */
  key: string;
  /** Its service name: the lower-cased `uuid`. */
  service: string;
  /** Of its name in the file. */
  location: SourceLocation;
  request: DeployRequest;
  dependsOn: Dependency[];
  /** Where it asks for storage of `type: local`, a directory of the engine's own host. */
  usesLocalStorage: SourceLocation[];
}

/** A network that apps join and that is not made for them: it exists, or a deploy ends with `NETWORK_NOT_FOUND`. */
export interface AppNetwork {
  /** On the engine. */
  name: string;
  /** Names in the file of the apps that join it, in the file's order. */
  apps: string[];
  /** Where it is named first. */
  location: SourceLocation;
}

type Unlabelled<Spec> = Spec extends unknown
  ? Omit<Spec, "labels"> & { labels?: Readonly<Record<string, string>> }
  : never;

/**
 * A network, secret or config that the file declares and an app uses: made for the apps, and removed with them. A
 * secret or config is named `<project>_<key>_<12 hex digits>`, of a hash of its content.
 */
export interface AppResource {
  /** Its name in the file. */
  key: string;
  /** What is to be made, with labels of the file's own only. */
  spec: Unlabelled<ResourceSpec>;
  /** Of its name in the file. */
  location: SourceLocation;
}

export interface AppFile {
  /** As it was given. */
  file: string;
  /** `name:` of the file, or the name of its folder, normalised as Compose normalises project names. */
  project: string;
  /** In the file's order. */
  apps: App[];
  networks: AppNetwork[];
  /** Networks, then secrets, then configs, each in the file's order. */
  resources: AppResource[];
}
