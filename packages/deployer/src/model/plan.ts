import type { DeploymentWarning, ResourceKind, ServiceStatus, SourceLocation } from "@openfactory/deploy-core";
import type { Owner } from "./labels.js";
import type { ProjectWarning } from "./warnings.js";

/** One difference between what runs and what the file says. */
export interface FieldChange {
  /** Where in the request: `image`, `env.LOG_LEVEL`, `labels.team`, `mounts./data.ReadOnly`, `resources.Limits.MemoryBytes`. */
  readonly path: string;
  /** As text; left out: it was not set. */
  readonly from?: string;
  /** As text; left out: it will not be set. */
  readonly to?: string;
  /** The values are secret, or may be, and `from` and `to` do not hold them: `***` stands for each. */
  readonly masked?: true;
}

/**
 * What is to become of an app:
 * - `create`: nothing by its service name is there
 * - `update`: it is changed in place, as the platform does that; without `changes`, to bring it up again: `reason`
 * - `replace`: the platform can't change it in place: it is removed and deployed anew; `reason` says why
 * - `unchanged`: it is as it should be
 * - `adopt`: it is there, made by somebody else, and was named to be taken over; `changes` holds what else changes
 * - `conflict`: something by that name is there that is not this project's; `reason` says whose
 */
export type AppAction = "create" | "update" | "replace" | "unchanged" | "adopt" | "conflict";

export interface PlannedApp {
  readonly app: string;
  readonly service: string;
  readonly action: AppAction;
  /** Of `update`, `replace` and `adopt`, sorted by path. Empty where the strategy can't tell settings: only that it differs. */
  readonly changes: readonly FieldChange[];
  /** It was made from just this request, and somebody has changed it by hand since. */
  readonly drifted?: true;
  /** One sentence, or two. */
  readonly reason?: string;
  /** Names of the running instances that restart because their variable that holds the number of replicas changes. */
  readonly restarts?: readonly string[];
  /** As it is now, without its settings (which hold values of `env`); left out of `create`. */
  readonly status?: ServiceStatus;
  /** Of `conflict`: the project and file that own it, if any. */
  readonly owner?: Owner;
  /** What of its request the platform does not honour. */
  readonly warnings: readonly DeploymentWarning[];
  /** Where the app is written. */
  readonly location?: SourceLocation;
}

/** A service of the project that the run's files own and do not name (any more). */
export interface PlannedOrphan {
  readonly app: string;
  readonly service: string;
  /** `remove` when orphans are to be pruned. */
  readonly action: "keep" | "remove";
  /** As it is now, without its settings. */
  readonly status: ServiceStatus;
}

/** A service of the project that a run leaves as it is, because the run's files do not own it. */
export interface PlannedOther {
  readonly app: string;
  readonly service: string;
  /** `unrecorded`: an earlier release made it, and no file of the run names it. */
  readonly ownership: "other-file" | "other-directory" | "unrecorded";
  readonly owner: Owner;
  /** As it is now, without its settings. */
  readonly status: ServiceStatus;
}

/** A network, volume, config or secret of the project. */
export interface PlannedResource {
  readonly kind: ResourceKind;
  readonly name: string;
  /**
   * - `create`, `unchanged`: the file asks for it
   * - `remove`: it is no longer needed: after a config or secret has other content, or when orphans are to be pruned
   * - `keep`: the file does not ask for it, and it stays; `reason` says why
   * - `conflict`: something by that name is there that is not this project's, or is made otherwise; `reason` says more
   */
  readonly action: "create" | "unchanged" | "remove" | "keep" | "conflict";
  /** One sentence. */
  readonly reason?: string;
  /** Of `conflict`: what to do, in one sentence. */
  readonly hint?: string;
  /** The name that users know it by. */
  readonly key?: string;
  /** Where it is written. */
  readonly location?: SourceLocation;
}

/** What `up` would do: data, made by comparing what should be with what is. */
export interface Plan {
  readonly project: string;
  readonly platform: string;
  /** In the order of the desired apps. */
  readonly apps: readonly PlannedApp[];
  readonly orphans: readonly PlannedOrphan[];
  /** Services of the project that other files own: left as they are. */
  readonly others: readonly PlannedOther[];
  /**
   * Those that the run's files ask for, and those that they own and no longer ask for: with `refresh` or `prune` of every
   * kind, else of the kinds that the files ask for.
   */
  readonly resources: readonly PlannedResource[];
  readonly warnings: readonly ProjectWarning[];
  /** Whether carrying it out would change anything. A plan with conflicts can't be carried out. */
  readonly hasChanges: boolean;
}

/** A service that `down` would remove, or leave. */
export interface PlannedRemoval {
  readonly service: string;
  /** The app's name, where it is known. */
  readonly app?: string;
  readonly action: "remove" | "keep";
  /** What owns it: `app_a.yml`, `the project other`; left out where no file is recorded. */
  readonly owner?: string;
  /** Of `keep`: one sentence. */
  readonly reason?: string;
}

/** A network, volume, config or secret that `down` would remove, or leave. */
export interface PlannedResourceRemoval {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly action: "remove" | "keep";
  readonly owner?: string;
  readonly reason?: string;
}

/** What `down` would do. Plain data. */
export interface DownPlan {
  readonly project: string;
  readonly platform: string;
  readonly services: readonly PlannedRemoval[];
  readonly resources: readonly PlannedResourceRemoval[];
  readonly warnings: readonly ProjectWarning[];
  /** Whether it would remove anything. */
  readonly hasChanges: boolean;
}
