import {
  type AssetReferences,
  type DeployRequest,
  formatFieldPath,
  type ResourceSpec,
  type SourceLocation,
} from "@openfactory/deploy-core";

/** The state that a dependency must reach before an app starts, with the names of Compose. */
export type DependencyCondition = "service_started" | "service_healthy" | "service_completed_successfully";

export interface DesiredDependency {
  /** Service name of the app that must start first. */
  readonly service: string;
  readonly condition: DependencyCondition;
}

/** Where a field of a request is written. */
export interface FieldSource {
  /** Path of the key in the app's entry: `deploy.resources.limits.cpus`, `ports[0]`. */
  readonly key?: string;
  readonly location?: SourceLocation;
}

/** One app that should run. */
export interface DesiredApp {
  /** The app's name in its file. */
  readonly key: string;
  /** `request.name`. */
  readonly service: string;
  readonly request: DeployRequest;
  /**
   * Parts of the request that are defaults rather than the user's choice, such as `resources.Reservations.NanoCPUs`. A
   * platform that does not support them omits them without a warning. Default: none.
   */
  readonly defaults?: readonly string[];
  readonly dependsOn: readonly DesiredDependency[];
  /** Position of the app in its file, for messages. */
  readonly location?: SourceLocation;
  /** Returns the position of a field of the request, such as `mounts[0].Target`. Default: `location`. */
  readonly locate?: (field: string) => SourceLocation | undefined;
  /**
   * Returns the key and position of a field of the request, by its path: `["ports", 0]`, and variables and labels by name:
   * `["env", "LOG_LEVEL"]`. The key is as written in the file, such as `environment.LOG_LEVEL`, or the key that would set
   * the field; undefined if no key sets it. Default: the positions of `locate`, without keys.
   */
  readonly sourceOf?: (path: readonly PropertyKey[]) => FieldSource;
  /** The file that declares it: one of {@link DesiredProject.files}. Default: none, the project as a whole owns it. */
  readonly file?: string;
  /**
   * Version of the rules that translated the file to the request, from 1. If a service was deployed with another
   * version, the plan gives that as the reason for its changes. Default: none, the request did not come from a file.
   */
  readonly format?: number;
  /** The device that the service belongs to. Default: none, the service is an app. */
  readonly device?: { readonly key: string; readonly uuid: string; readonly references?: AssetReferences };
  /** The request lacks content that was not read: it identifies the service, and is not compared. Default: false. */
  readonly isIncomplete?: boolean;
}

/** A device of the project, with or without services. */
export interface DesiredDevice {
  /** The device's name in its file. */
  readonly key: string;
  readonly uuid: string;
  /** Type of its connector. */
  readonly connector: string;
  /** Levels of the Unified Namespace, by name. */
  readonly uns: Readonly<Record<string, string>>;
  /** Names of its services, each of a {@link DesiredApp}. Empty: the device is only registered. */
  readonly services: readonly string[];
  readonly references?: AssetReferences;
  /** Position of the device in its file, for messages. */
  readonly location?: SourceLocation;
  /** As {@link DesiredApp.file}. */
  readonly file?: string;
}

/** The position of a field of an app's request; the position of the app where that is unknown. */
export const locationOf = ({ locate, location }: DesiredApp, field?: string): SourceLocation | undefined =>
  (field === undefined ? undefined : locate?.(field)) ?? location;

/** The key and the position of a field of an app's request, as far as the app knows them. */
export function sourceOf({ sourceOf, locate }: DesiredApp, path: readonly PropertyKey[]): FieldSource {
  if (sourceOf !== undefined) return sourceOf(path);
  const location = locate?.(formatFieldPath(path));
  return location === undefined ? {} : { location };
}

/**
 * A network, volume, config or secret that the project creates for its apps, and removes when no service needs it. The
 * name of a config or secret contains a hash of its content, so changed content is a new resource.
 */
export interface DesiredResource {
  /** The resource's name in its file. */
  readonly key: string;
  /** The labels of the user only; the ownership labels are added on creation. */
  readonly spec: Distribute<ResourceSpec>;
  readonly location?: SourceLocation;
  /** The file that declares it: one of {@link DesiredProject.files}. Default: none, the project as a whole owns it. */
  readonly file?: string;
}

type Distribute<Spec> = Spec extends unknown
  ? Omit<Spec, "labels"> & { labels?: Readonly<Record<string, string>> }
  : never;

/**
 * What a user must know about a valid file:
 * - `KEY_NOT_SUPPORTED`: a key that is not supported; an error in strict mode
 * - `VARIABLE_NOT_SET`: a variable that is replaced by an empty text; an error in strict mode
 * - `PROFILE_INACTIVE`: a service that is not deployed, since none of its profiles is active
 * - `COMPOSE_FILE_IGNORED`: a file in the working directory that is not read
 */
export interface FileNote {
  readonly code: "KEY_NOT_SUPPORTED" | "VARIABLE_NOT_SET" | "PROFILE_INACTIVE" | "COMPOSE_FILE_IGNORED";
  /** Path of the key, `services.web.dns`; the name of the variable or service. */
  readonly key: string;
  /** One sentence. */
  readonly reason: string;
  /** All positions of the key, in the order of the files. */
  readonly locations: readonly SourceLocation[];
}

/** The apps, devices and resources of one project. `@openfactory/app-file` returns this shape. */
export interface DesiredProject {
  readonly project: string;
  readonly apps: readonly DesiredApp[];
  /** Default: none. */
  readonly resources?: readonly DesiredResource[];
  /** Default: none. */
  readonly devices?: readonly DesiredDevice[];
  /**
   * The files of this run: paths relative to the project directory, with `/` between their parts. Only services and
   * resources that these files own are changed or removed. Default: the run covers the whole project.
   */
  readonly files?: readonly string[];
  /** Absolute path of the project directory. Default: unknown; files with the same name in two directories are then one owner. */
  readonly directory?: string;
  /**
   * The user chose the project's name, so it is the same project in every directory: services that the files name
   * belong to them, whichever directory deployed them. Other services stay with their directory. Default false: the name
   * comes from the directory, and another directory with that name is another project.
   */
  readonly hasExplicitName?: boolean;
  /**
   * The apps and resources that a run for some apps leaves out: see {@link selectApps}. The run neither plans, removes nor
   * reports services and resources that `apps` and `resources` do not contain. Default: the run covers everything.
   */
  readonly unselected?: Pick<DesiredProject, "apps"> & { readonly resources: readonly DesiredResource[] };
  /** Warnings about the files. Default: none. */
  readonly notes?: readonly FileNote[];
}

/** The states that other apps can wait for, in the order in which a service reaches them. */
export const MILESTONES = ["started", "ready", "completed"] as const;

export type Milestone = (typeof MILESTONES)[number];

export const MILESTONE_OF: Readonly<Record<DependencyCondition, Milestone>> = {
  service_started: "started",
  service_healthy: "ready",
  service_completed_successfully: "completed",
};

/** The services that each service depends on, by service name. */
export const dependencies = (
  apps: readonly { service: string; dependsOn: readonly { service: string }[] }[],
): Map<string, string[]> =>
  new Map(apps.map(({ service, dependsOn }) => [service, dependsOn.map((needed) => needed.service)]));

/** The services that depend on each service, by service name. */
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
