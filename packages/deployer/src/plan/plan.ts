import type { ResourceKind, ServiceStatus, SourceLocation } from "@openfactory/deploy-core";
import type { Owner } from "../ownership/labels.js";

/** One difference between what runs and what the file says. */
export interface FieldChange {
  /** Where in the request: `image`, `env.LOG_LEVEL`, `labels.team`, `mounts./data.ReadOnly`, `resources.Limits.MemoryBytes`. */
  readonly path: string;
  /** As text; left out: it was not set. */
  readonly from?: string;
  /** As text; left out: it will not be set. */
  readonly to?: string;
  /** The values are secret, or may be: `from` and `to` only say whether there was one. */
  readonly masked?: true;
}

/**
 * What is to become of an app:
 * - `create`: nothing by its service name is there
 * - `update`: it is changed in place, as the platform does that
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
  /** One sentence. */
  readonly reason?: string;
  /** As it is now; left out of `create`. */
  readonly status?: ServiceStatus;
  /** Of `conflict`: the project that has it, if any. */
  readonly owner?: Owner;
  /** Where the app is written. */
  readonly location?: SourceLocation;
}

/** A service of the project that the file does not name (any more). */
export interface PlannedOrphan {
  readonly app: string;
  readonly service: string;
  /** `remove` when orphans are to be pruned. */
  readonly action: "keep" | "remove";
  readonly status: ServiceStatus;
}

/** A network, volume, config or secret of the project. */
export interface PlannedResource {
  readonly kind: ResourceKind;
  readonly name: string;
  /** `keep`: it is no longer needed, and stays, since nothing is to be pruned (or, a volume, since its data may be). */
  readonly action: "create" | "unchanged" | "remove" | "keep" | "conflict";
  readonly reason?: string;
}

/** What `up` would do: data, made by comparing what should be with what is. */
export interface Plan {
  readonly project: string;
  readonly platform: string;
  /** In the order of the desired apps. */
  readonly apps: readonly PlannedApp[];
  readonly orphans: readonly PlannedOrphan[];
  readonly resources: readonly PlannedResource[];
  /** Whether carrying it out would change anything. */
  readonly hasChanges: boolean;
}
