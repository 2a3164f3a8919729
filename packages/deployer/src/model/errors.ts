import {
  DeploymentError,
  guardStrategy,
  type OpenFactoryServiceDeploymentStrategy,
  Redactor,
  secretsOfRequest,
  secretsOfResource,
} from "@openfactory/deploy-core";
import type { DesiredProject } from "./project.js";

/** What a strategy threw, in the contract's terms: a third party's may throw anything. */
export function asDeploymentError(
  error: unknown,
  service: string,
  { manifest }: OpenFactoryServiceDeploymentStrategy,
): DeploymentError {
  const context = { service, strategy: manifest.name };
  if (DeploymentError.isInstance(error)) return DeploymentError.withContext(error, context);
  const words = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return new DeploymentError("ENGINE_ERROR", `The ${manifest.name} strategy failed on ${service}: ${words}`, {
    ...context,
    hint: "This is a fault of the strategy: tell its author.",
    cause: error,
  });
}

/** The part of a project that holds secrets. */
type Secretive = Pick<DesiredProject, "resources"> & {
  readonly apps: readonly Pick<DesiredProject["apps"][number], "request">[];
};

/**
 * The strategy with the project's secrets masked in all that it says, whoever wrote it: values of env, contents of
 * secrets and configs. Texts about one app may repeat a value of another, so that all of them are masked everywhere.
 */
export const guarded = <Strategy extends OpenFactoryServiceDeploymentStrategy>(
  strategy: Strategy,
  project: Secretive,
): Strategy => guardStrategy(strategy, redactorOf(project));

/** Masks the secrets of a project in a text. */
export function redactorOf({ apps, resources = [] }: Secretive): Redactor {
  return new Redactor(() => [
    ...apps.flatMap(({ request }) => secretsOfRequest(request)),
    ...resources.flatMap(({ spec }) => secretsOfResource(spec)),
  ]);
}
