/** The labels that the strategies add to the services and containers they create. They are not part of a request. */

/** The operation that created a service or container: finds it again if the engine's answer is lost. */
export const OPERATION_LABEL = "org.openfactory.deploy.operation";

/** On each container of an emulated replicated service: the service's name. */
export const REPLICA_LABEL = "org.openfactory.deploy.replica-of";

/** On a service whose image is never pulled: `never`. A ServiceSpec has no pull policy. */
export const PULL_POLICY_LABEL = "org.openfactory.deploy.pull-policy";

/** On a service with `replicaEnv`: the names of the variables that it adds, separated by spaces. */
export const REPLICA_ENV_LABEL = "org.openfactory.deploy.replica-env";

/** On a container that replaces another: the operation of the other, or its id if it has none. */
export const REPLACES_LABEL = "org.openfactory.deploy.replaces";

/** On a container with the pull policy `always`: the digest of its image is part of its settings. */
export const PINNED_LABEL = "org.openfactory.deploy.pinned";

/**
 * On a container that requests settings for which the engine has defaults: the names of these settings,
 * separated by spaces.
 */
export const OVERRIDES_LABEL = "org.openfactory.deploy.overrides";
/** On the objects with which a single engine stores a secret or config: the name of its volume. */
export const FILE_VOLUME_LABEL = "org.openfactory.deploy.file-volume";

/** On a container whose restart policy is not the default: that policy, which it does not have while it is stopped. */
export const RESTART_LABEL = "org.openfactory.deploy.restart";

/** On a stopped Swarm service: the number of replicas that it had. */
export const STOPPED_LABEL = "org.openfactory.deploy.stopped";

const STRATEGY_LABELS: ReadonlySet<string> = new Set([
  OPERATION_LABEL,
  REPLICA_LABEL,
  REPLACES_LABEL,
  PINNED_LABEL,
  PULL_POLICY_LABEL,
  REPLICA_ENV_LABEL,
  OVERRIDES_LABEL,
  FILE_VOLUME_LABEL,
  RESTART_LABEL,
  STOPPED_LABEL,
]);

/** The labels of a request: without those that the strategies add. */
export const withoutStrategyLabels = (labels?: Readonly<Record<string, string>> | null): Record<string, string> =>
  Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !STRATEGY_LABELS.has(name)));
