import {
  guardStrategy,
  type OpenFactoryServiceDeploymentStrategy,
  Redactor,
  secretsOfRequest,
  secretsOfResource,
} from "@openfactory/deploy-core";
import type { DesiredProject } from "./desired.js";

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
