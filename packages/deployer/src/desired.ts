import type { DeployRequest, SourceLocation } from "@openfactory/deploy-core";

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
  readonly dependsOn: readonly DesiredDependency[];
  /** Where it is written, for messages. */
  readonly location?: SourceLocation;
}

/** All that should run, under one name. What `@openfactory/app-file` reads from a file fits as it is. */
export interface DesiredProject {
  readonly project: string;
  readonly apps: readonly DesiredApp[];
}
