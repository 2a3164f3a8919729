import type {
  DeploymentWarning,
  ErrorCode,
  ResourceKind,
  ServiceStatus,
  SourceLocation,
} from "@openfactory/deploy-core";
import type { Owner } from "./labels.js";
import type { ProjectWarning } from "./warnings.js";

/** One difference between the observed and the desired settings of a service. */
export interface FieldChange {
  /** Path of the field: `image`, `env.LOG_LEVEL`, `labels.team`, `mounts./data.ReadOnly`, `resources.Limits.MemoryBytes`. */
  readonly path: string;
  /**
   * The key in the app's entry of the file: `environment.LOG_LEVEL`, `deploy.resources.limits.cpus`, `ports[0]`; for a
   * removed setting, the key that would set it. Undefined if no key of the file sets the field: show `path` instead.
   */
  readonly key?: string;
  /** The part of `key` that differs, where the key alone does not identify it: `8080/tcp` of `ports[0]`. */
  readonly item?: string;
  /** Position of the key, or of its closest parent in the file. */
  readonly location?: SourceLocation;
  /** Observed value as text; omitted if it is not set. */
  readonly from?: string;
  /** Desired value as text; omitted if it will not be set. */
  readonly to?: string;
  /** The values are secret, or may be: `from` and `to` contain `***` instead. */
  readonly masked?: true;
}

/**
 * The action that `up` takes for an app:
 * - `create`: no service has its name
 * - `update`: the service is updated in place; without `changes`, it is restarted: see `reason`
 * - `replace`: the platform can't update it in place: it is removed and deployed again; see `reason`
 * - `unchanged`: the service matches the file
 * - `adopt`: the service was deployed by something else, and the user named it for adoption
 * - `conflict`: a service with that name belongs to something else; see `reason`
 */
export type AppAction = "create" | "update" | "replace" | "unchanged" | "adopt" | "conflict";

export interface PlannedApp {
  readonly app: string;
  readonly service: string;
  readonly action: AppAction;
  /** Of `update`, `replace` and `adopt`, sorted by path. Empty where the strategy can't read settings. */
  readonly changes: readonly FieldChange[];
  /** The service was deployed from this same request, and was changed manually since. */
  readonly drifted?: true;
  /** One or two sentences. */
  readonly reason?: string;
  /** Names of the running instances that restart because their variable that holds the number of replicas changes. */
  readonly restarts?: readonly string[];
  /** The observed service without its settings, which contain values of `env`; omitted for `create`. */
  readonly status?: ServiceStatus;
  /** Of `conflict`: the project and file that own it, if any. */
  readonly owner?: Owner;
  /** The parts of the request that the platform does not support, and what adopting does to the service's other settings. */
  readonly warnings: readonly DeploymentWarning[];
  /** Position of the app in its file. */
  readonly location?: SourceLocation;
}

/** A problem on the engine that would make `up` fail, found by the platform's preflight. */
export interface PlanFinding {
  readonly app: string;
  readonly service: string;
  readonly code: ErrorCode;
  /** One sentence, without a period at its end. */
  readonly message: string;
  /** What to do, in one sentence. */
  readonly hint?: string;
  /** Path in the request: `networks[1]`. */
  readonly field?: string;
  /** As in {@link FieldChange}. */
  readonly key?: string;
  /** Position of the key, or of the app. */
  readonly location?: SourceLocation;
}

/** A service that the run's files own and no longer contain. */
export interface PlannedOrphan {
  readonly app: string;
  readonly service: string;
  /** `remove` if the run prunes orphans. */
  readonly action: "keep" | "remove";
  /** As in `PlannedRemoval`. */
  readonly restoresEarlier?: true;
  /** The observed service without its settings. */
  readonly status: ServiceStatus;
}

/** A service of the project that a run does not change, because the run's files do not own it. */
export interface PlannedOther {
  readonly app: string;
  readonly service: string;
  /** `unrecorded`: an earlier release deployed it, and no file of the run contains it. */
  readonly ownership: "other-file" | "other-directory" | "unrecorded";
  readonly owner: Owner;
  /** The observed service without its settings. */
  readonly status: ServiceStatus;
}

/** A network, volume, config or secret of the project. */
export interface PlannedResource {
  readonly kind: ResourceKind;
  readonly name: string;
  /**
   * - `create`, `unchanged`: the file contains it
   * - `remove`: it is no longer needed: its config or secret has new content, or the run prunes orphans
   * - `keep`: the file does not contain it, and it stays; see `reason`
   * - `conflict`: a resource with that name belongs to something else, or has other options; see `reason`
   */
  readonly action: "create" | "unchanged" | "remove" | "keep" | "conflict";
  /** One sentence. */
  readonly reason?: string;
  /** Of `conflict`: how to resolve it, in one sentence. */
  readonly hint?: string;
  /** The resource's name in its file. */
  readonly key?: string;
  /** Position of the resource in its file. */
  readonly location?: SourceLocation;
}

/** The differences between desired and observed state, and the actions that `up` would take. Plain data. */
export interface Plan {
  readonly project: string;
  readonly platform: string;
  /** In the order of the desired apps. */
  readonly apps: readonly PlannedApp[];
  readonly orphans: readonly PlannedOrphan[];
  /** Services of the project that other files own: `up` does not change them. */
  readonly others: readonly PlannedOther[];
  /**
   * The resources that the run's files contain, and those that they own and no longer contain: of every kind with
   * `refresh` or `prune`, else of the kinds that the files contain.
   */
  readonly resources: readonly PlannedResource[];
  readonly warnings: readonly ProjectWarning[];
  /** The problems that the preflight found. Undefined: it was not run, or the platform has none. */
  readonly findings?: readonly PlanFinding[];
  /** Whether applying it would change anything. A plan with conflicts can't be applied. */
  readonly hasChanges: boolean;
}

/** A service that `down` would remove or keep. */
export interface PlannedRemoval {
  readonly service: string;
  /** The app's name, if known. */
  readonly app?: string;
  readonly action: "remove" | "keep";
  /** The owner: `app_a.yml`, `the project other`; omitted where no file is recorded. */
  readonly owner?: string;
  /** The service, if only what an interrupted change of it left is removed, and the service is kept. */
  readonly versionOf?: string;
  /** The version before an interrupted change belongs to something else, and is restored. */
  readonly restoresEarlier?: true;
  /** Of `keep`, and with `versionOf` or `restoresEarlier`: one sentence. */
  readonly reason?: string;
}

/** A network, volume, config or secret that `down` would remove or keep. */
export interface PlannedResourceRemoval
  extends Pick<PlannedResource, "kind" | "name">, Pick<PlannedRemoval, "action" | "owner" | "reason"> {}

/** The actions that `down` would take. Plain data. */
export interface DownPlan {
  readonly project: string;
  readonly platform: string;
  readonly services: readonly PlannedRemoval[];
  readonly resources: readonly PlannedResourceRemoval[];
  readonly warnings: readonly ProjectWarning[];
  /** Whether it would remove anything. */
  readonly hasChanges: boolean;
}

const NO_CHANGE: ReadonlySet<string> = new Set(["unchanged", "keep", "conflict"]);

/** Whether any of the planned actions changes something. */
export const changesAnything = (planned: readonly { readonly action: string }[]): boolean =>
  planned.some(({ action }) => !NO_CHANGE.has(action));
