import {
  DeploymentError,
  guardStrategy,
  type OpenFactoryServiceDeploymentStrategy,
  Redactor,
  secretsOfRequest,
  secretsOfResource,
} from "@openfactory/deploy-core";
import type { DesiredProject } from "./project.js";

/** Converts an error of a strategy to a DeploymentError: a third-party strategy may throw any value. */
export function asDeploymentError(
  error: unknown,
  service: string,
  { manifest }: OpenFactoryServiceDeploymentStrategy,
): DeploymentError {
  const context = { service, strategy: manifest.name };
  if (DeploymentError.isInstance(error)) return DeploymentError.withContext(error, context);
  const text = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return new DeploymentError("ENGINE_ERROR", `The ${manifest.name} strategy failed on ${service}: ${text}`, {
    ...context,
    hint: "This is a bug in the strategy; report it to its author.",
    cause: error,
  });
}

/** The parts of a project that contain secrets. */
type ProjectSecrets = Pick<DesiredProject, "resources" | "unselected"> & {
  readonly apps: readonly Pick<DesiredProject["apps"][number], "request">[];
};

/**
 * A strategy whose errors, warnings and events have the project's secrets masked: values of env, contents of secrets and
 * configs. A text about one app can repeat a value of another app, so the values of all apps are masked everywhere.
 */
export const withRedaction = <Strategy extends OpenFactoryServiceDeploymentStrategy>(
  strategy: Strategy,
  project: ProjectSecrets,
): Strategy => guardStrategy(strategy, createRedactor(project));

/** Masks the secrets of a project in texts. */
export function createRedactor({ apps, resources = [], unselected }: ProjectSecrets): Redactor {
  return new Redactor(() => [
    ...[...apps, ...(unselected?.apps ?? [])].flatMap(({ request }) => secretsOfRequest(request)),
    ...[...resources, ...(unselected?.resources ?? [])].flatMap(({ spec }) => secretsOfResource(spec)),
  ]);
}
