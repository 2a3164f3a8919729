import type { CapabilityName } from "../capabilities/capabilities.js";
import type { ResourceSpec } from "../capabilities/resources.js";
import type { ServiceSettings } from "../capabilities/status.js";
import type { NormalizedRequest, RequestField } from "../request/deploy-request.js";

/** What is known of a network before it is created. */
export type NetworkOptions = Pick<Extract<ResourceSpec, { kind: "network" }>, "driver" | "internal">;

/** A part of a request, or one value of a field, that a strategy does not honour though it honours the field. */
export interface UnhonouredPart {
  /** Path in the normalised request, `[]` for every element: `resources.Reservations.NanoCPUs`, `ports[].hostAddress`. */
  field: string;
  /** Why, in a sentence that tells a user what follows from it. */
  reason: string;
  /** Values that need nothing of the strategy, so that leaving them out loses nothing. */
  unless?: readonly unknown[];
  /** Of which values it is true, where it is not true of all. The value is never part of a message. */
  holdsFor?: (value: unknown, request: NormalizedRequest) => boolean;
  /** For which requests it holds, where that takes more than the field itself. Default: all. */
  when?: (request: NormalizedRequest) => boolean;
  /**
   * Which networks it holds on: a request's every network must be one of the project's (`checkHonoured`, `networks`) and
   * be such a network. Default: it does not depend on networks.
   */
  onEveryNetwork?: (network: NetworkOptions) => boolean;
  /** What to do about it, in a sentence. Default: leave the field out, or deploy on another strategy. */
  hint?: string;
  /** Refuse (`UNSUPPORTED`) instead of warning, where going on without it would be unsafe. Default false. */
  refuse?: boolean;
}

/**
 * What a strategy says of itself, as data. Whatever is not declared is not claimed: a field that is set and not
 * honoured is a warning in the result, and an `UNSUPPORTED` error in strict mode.
 */
export interface StrategyManifest {
  /** The strategy's name in warnings and errors, e.g. `docker`. */
  readonly name: string;
  /** The optional interfaces it implements. */
  readonly capabilities: readonly CapabilityName[];
  /** The request fields it honours. */
  readonly honours: readonly RequestField[];
  /** Exceptions within honoured fields, and reasons for fields that are not honoured. */
  readonly unhonoured: readonly UnhonouredPart[];
  /**
   * It chooses a node for each instance, so that a directory of one host is not there for all of them. Default false:
   * everything runs on one host.
   */
  readonly placesOnNodes?: boolean;
  /**
   * The names of the variables that `replicaEnv` adds, none of whose values is secret. `replicas` is the one that holds the
   * number of replicas: to scale a service with `replicaEnv` restarts its instances. Left out: `replicaEnv` adds none.
   */
  readonly replicaVariables?: { readonly names: readonly string[]; readonly replicas?: string };
  /**
   * `list` tells the settings of every service at no further cost, so that a change by hand is always noticed. Default false:
   * that takes `ListOptions.settings`.
   */
  readonly listsSettings?: boolean;
  /**
   * `update` changes bookkeeping labels alone (`isBookkeepingLabel`) without starting any process again. Default false:
   * that takes new containers.
   */
  readonly relabelsInPlace?: boolean;
  /**
   * Why `update` can't make this change, so that the service has to be removed and deployed anew; undefined: it can.
   * A sentence without a full stop. Left out: `update` can make every change.
   */
  readonly needsReplacement?: (from: ServiceSettings, to: ServiceSettings) => string | undefined;
}

/** What every strategy honours at the least. */
export const REQUIRED_FIELDS = ["image", "name", "env"] as const satisfies readonly RequestField[];
