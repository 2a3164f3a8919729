import type { CapabilityName } from "../capabilities/capabilities.js";
import type { ResourceSpec } from "../capabilities/resources.js";
import type { ServiceSettings } from "../capabilities/status.js";
import type { NormalizedRequest, RequestField } from "../request/deploy-request.js";

/**
 * A strategy's description of itself, as data. A field of a request that the manifest doesn't declare is not supported: it
 * causes a warning in the result, or an `UNSUPPORTED` error in strict mode.
 */
export interface StrategyManifest {
  /** The strategy's name in warnings and errors, e.g. `docker`. */
  readonly name: string;
  /** The capabilities that the strategy implements. */
  readonly capabilities: readonly CapabilityName[];
  /**
   * The platform options that turn on a capability, as `key=value`: `{ scale: "emulateReplicas=true" }`. Errors name them.
   * Default: no option turns on a capability.
   */
  readonly capabilityOptions?: Readonly<Partial<Record<CapabilityName, string>>>;
  /** The request fields that the strategy supports. */
  readonly supportedFields: readonly RequestField[];
  /** Parts of supported fields that are not supported, and the reasons for unsupported fields. */
  readonly limitations: readonly Limitation[];
  /**
   * The platform chooses a node for each instance, so that a directory of one host is not available to all instances.
   * Default false: all instances run on one host.
   */
  readonly placesOnNodes?: boolean;
  /**
   * The names of the variables that `replicaEnv` adds; none of their values is secret. `replicas` is the variable with the
   * number of replicas: scaling a service with `replicaEnv` restarts its instances. Default: `replicaEnv` adds no variables.
   */
  readonly replicaVariables?: { readonly names: readonly string[]; readonly replicas?: string };
  /**
   * `list` returns the settings of every service without more calls, so that drift is always detected. Default false:
   * settings require `ListOptions.settings`.
   */
  readonly listsSettings?: boolean;
  /**
   * `update` changes metadata labels alone (`isMetadataLabel`) without restarting a process. Default false: a change of
   * labels requires new containers.
   */
  readonly relabelsInPlace?: boolean;
  /**
   * `update` keeps the settings in `ServiceStatus.unmappedSettings`. Default false: the updated service does not have them.
   */
  readonly keepsUnmappedSettings?: boolean;
  /**
   * Why `update` can't make this change, so that the service must be removed and deployed again; undefined: it can.
   * A sentence without a period at its end. Default: `update` can make every change.
   */
  readonly needsReplacement?: (from: ServiceSettings, to: ServiceSettings) => string | undefined;
}

/** A part of a request that a strategy doesn't support, although it may support the field in general. */
export interface Limitation {
  /** Path in the normalized request, with `[]` for every element: `resources.Reservations.NanoCPUs`, `ports[].hostAddress`. */
  field: string;
  /** Why, in a sentence that describes the consequence for the user. */
  reason: string;
  /** Values that require no support, such as the platform's default. */
  unless?: readonly unknown[];
  /** Which values the limitation applies to. Default: all values. The value never becomes part of a message. */
  appliesTo?: (value: unknown, request: NormalizedRequest) => boolean;
  /** Which requests the limitation applies to, if that depends on other fields. Default: all requests. */
  when?: (request: NormalizedRequest) => boolean;
  /**
   * Limits it to requests whose networks are all declared in the project (option `networks` of `checkSupport`) and all
   * match. Default: independent of networks.
   */
  whenEveryNetwork?: (network: NetworkOptions) => boolean;
  /** What to do, in one sentence. Default: remove the field, or use another platform. */
  hint?: string;
  /** Reject with `UNSUPPORTED` instead of a warning, where continuing would be unsafe. Default false. */
  refuse?: boolean;
}

/** The options of a network that are known before it is created. */
export type NetworkOptions = Pick<Extract<ResourceSpec, { kind: "network" }>, "driver" | "internal">;

/** The fields that every strategy supports. */
export const REQUIRED_FIELDS = ["image", "name", "env"] as const satisfies readonly RequestField[];
