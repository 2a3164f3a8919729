import type { DeploymentWarning } from "@openfactory/deploy-core";
import type { CredentialsNote } from "./credentials.js";

/** The warning that a look-up of credentials failed; none where it did not. One for each registry, whatever the service. */
export function credentialsWarning(
  service: string,
  strategy: string,
  note: CredentialsNote | undefined,
): DeploymentWarning[] {
  if (note?.problem === undefined) return [];
  const { registry, problem, unavailable } = note;
  const instead = unavailable ? "without credentials" : "with the credentials that are written in config.json";
  return [
    {
      code: "CREDENTIALS_UNAVAILABLE",
      service,
      strategy,
      field: "image",
      registry,
      reason: `${problem.message}. The deploy goes on ${instead} for ${registry}. ${problem.hint}`,
    },
  ];
}
