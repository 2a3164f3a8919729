import type { AssetReferences, DeployRequest, ResourceSpec, SourceLocation } from "@openfactory/deploy-core";

/** When an app may start, as Compose names it. */
export type DependencyCondition = "service_started" | "service_healthy" | "service_completed_successfully";

export interface DesiredDependency {
  /** Service name of the app that comes first. */
  readonly service: string;
  readonly condition: DependencyCondition;
}

/** One app that should run. */
export interface DesiredApp {
  /** The name that users know it by. */
  readonly key: string;
  /** `request.name`. */
  readonly service: string;
  readonly request: DeployRequest;
  /**
   * Parts of the request that the user did not ask for, such as `resources.Reservations.NanoCPUs`. A platform that does not honor
   * them deploys without them, and without a warning. Default: none.
   */
  readonly defaults?: readonly string[];
  readonly dependsOn: readonly DesiredDependency[];
  /** Where it is written, for messages. */
  readonly location?: SourceLocation;
  /** Where a field of the request is written, such as `mounts[0].Target`. Default: `location`. */
  readonly locate?: (field: string) => SourceLocation | undefined;
  /** The file that declares it: one of {@link DesiredProject.files}. Default: none, the project as a whole owns it. */
  readonly file?: string;
  /**
   * Version of the rules by which the request was made from a file, from 1. If a service was made by other rules, the plan
   * gives that as the reason for its changes. Default: none, the request was not made by such rules.
   */
  readonly format?: number;
  /** The device that this is a service of. Default: none, it is an app. */
  readonly device?: { readonly key: string; readonly uuid: string; readonly references?: AssetReferences };
  /** The request lacks content that was not read: it names the service, and is not compared. Default: false. */
  readonly isPartial?: boolean;
}

/** A device of the project, whether services are deployed for it or not. */
export interface DesiredDevice {
  /** The name that users know it by. */
  readonly key: string;
  readonly uuid: string;
  /** Type of its connector. */
  readonly connector: string;
  /** Place in the Unified Namespace. */
  readonly uns: Readonly<Record<string, string>>;
  /** Names of its services, each of a {@link DesiredApp}. Empty: it is registered elsewhere. */
  readonly services: readonly string[];
  readonly references?: AssetReferences;
  /** Where it is written, for messages. */
  readonly location?: SourceLocation;
  /** As of {@link DesiredApp.file}. */
  readonly file?: string;
}

/** Where a field of an app's request is written; the app's own place where that is not known. */
export const locationOf = ({ locate, location }: DesiredApp, field?: string): SourceLocation | undefined =>
  (field === undefined ? undefined : locate?.(field)) ?? location;

/**
 * A network, config or secret that the project makes for its apps, and removes when nothing needs it any more. The name
 * of a config or secret holds a hash of its content, so that other content is another resource.
 */
export interface DesiredResource {
  /** The name that users know it by. */
  readonly key: string;
  /** Without labels: those of the project are added. */
  readonly spec: Distribute<ResourceSpec>;
  readonly location?: SourceLocation;
  /** The file that declares it: one of {@link DesiredProject.files}. Default: none, the project as a whole owns it. */
  readonly file?: string;
}

type Distribute<Spec> = Spec extends unknown
  ? Omit<Spec, "labels"> & { labels?: Readonly<Record<string, string>> }
  : never;

/** All that should run, under one name. What `@openfactory/app-file` reads from a file fits as it is. */
export interface DesiredProject {
  readonly project: string;
  readonly apps: readonly DesiredApp[];
  /** Default: none. */
  readonly resources?: readonly DesiredResource[];
  /** Default: none. */
  readonly devices?: readonly DesiredDevice[];
  /**
   * The files that this run speaks for: paths relative to the project directory, with `/` between their parts. Only
   * what these files own is changed or removed. Default: no file, the run speaks for the whole project.
   */
  readonly files?: readonly string[];
  /** Absolute path of the project directory. Default: unknown, files of one name in two directories are one owner. */
  readonly directory?: string;
  /**
   * The user chose the project's name, so that it is the same project in every directory: what the files name is theirs
   * wherever it was deployed from. What they do not name stays with its directory. Default false: the name is that of the
   * directory, and another directory of the same name is another project.
   */
  readonly hasChosenName?: boolean;
}

/** What others may wait for. Each service reaches them in this order. */
export type Milestone = "started" | "ready" | "completed";

export const MILESTONE_OF: Readonly<Record<DependencyCondition, Milestone>> = {
  service_started: "started",
  service_healthy: "ready",
  service_completed_successfully: "completed",
};

/** Per service, the services that depend on it. */
export function dependents(
  apps: readonly { service: string; dependsOn: readonly { service: string }[] }[],
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { service, dependsOn } of apps) {
    for (const { service: dependency } of dependsOn) {
      const others = found.get(dependency);
      if (others === undefined) found.set(dependency, [service]);
      else others.push(service);
    }
  }
  return found;
}
