import type { ResourceKind } from "@openfactory/deploy-core";
import type { Plan, PlannedApp, PlannedOrphan, PlannedOther } from "./plan.js";

/** A plan without the observed statuses. */
export interface ReviewedPlan extends Omit<Plan, "apps" | "orphans" | "others"> {
  readonly apps: readonly Omit<PlannedApp, "status">[];
  readonly orphans: readonly Omit<PlannedOrphan, "status">[];
  readonly others: readonly Omit<PlannedOther, "status">[];
}

/** The desired and the observed version of a service that the plan changes. */
export interface ServiceBasis {
  readonly service: string;
  /** Slow, salted hash of the desired request. Undefined for a service that is removed. */
  readonly desired?: string;
  /** Slow, salted hash of the observed revision. Undefined if there is no service with that name. */
  readonly observed?: string;
  /** The desired image with its digest, if the app's pull policy asks the registry for it. */
  readonly image?: string;
}

/** A network, volume, config or secret that the plan depends on. */
export interface ResourceBasis {
  readonly kind: ResourceKind;
  readonly name: string;
  /** Ids of the resources of that name, sorted. Empty: there is none. */
  readonly ids: readonly string[];
}

/** What a plan depends on. */
export interface PlanBasis {
  /** Of the engine or cluster, if the platform reports it. */
  readonly engine?: string;
  /** The files of the run, if known: see `DesiredProject.files`. */
  readonly files?: readonly string[];
  /** Random, 32 hex digits. */
  readonly salt: string;
  readonly services: readonly ServiceBasis[];
  readonly resources: readonly ResourceBasis[];
}

/** The options that a plan was made with, as in `PlanOptions`. */
export interface SavedPlanOptions {
  readonly prune?: boolean;
  readonly volumes?: boolean;
  readonly adopt?: readonly string[];
  readonly takeOwnership?: boolean;
  readonly strict?: boolean;
}

/**
 * A plan for a later `up`, which applies it only if the files and the engine are as they were. It contains neither values of
 * `env` nor contents of secrets and configs. Plain data.
 */
export interface SavedPlan {
  readonly plan: ReviewedPlan;
  readonly basis: PlanBasis;
  readonly options: SavedPlanOptions;
}
