/**
 * Labels that the strategies put on what they make, next to the request's own. They are no part of a request: what is
 * read back from an engine is compared without them.
 */

/** Marks what one deploy made, so that a creation whose answer was lost can be told from anybody else's. */
export const OPERATION_LABEL = "org.openfactory.deploy.operation";

/** On each container of an emulated replicated service: the service's name. */
export const REPLICA_LABEL = "org.openfactory.deploy.replica-of";

/** On a service whose image no registry is asked for: `never`. A service itself does not hold its pull policy. */
export const PULL_POLICY_LABEL = "org.openfactory.deploy.pull-policy";

/**
 * On a service whose replicas get variables that identify them: the names of these variables, separated by spaces. The
 * variables that the request's own `env` sets are not among them.
 */
export const REPLICA_ENV_LABEL = "org.openfactory.deploy.replica-env";

/** On a container that was made to take the place of another: that other's operation, or its id where it has none. */
export const REPLACES_LABEL = "org.openfactory.deploy.replaces";

/** On a container whose image was pulled because it should be what the registry has: its digest is part of its settings. */
export const PINNED_LABEL = "org.openfactory.deploy.pinned";

const OWN: ReadonlySet<string> = new Set([
  OPERATION_LABEL,
  REPLICA_LABEL,
  REPLACES_LABEL,
  PINNED_LABEL,
  PULL_POLICY_LABEL,
  REPLICA_ENV_LABEL,
]);

/** Labels as a request would have them: without the strategies' own. */
export const withoutOwnLabels = (labels?: Readonly<Record<string, string>> | null): Record<string, string> =>
  Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !OWN.has(name)));
