import {
  DeploymentError,
  type DeploymentWarning,
  type OpenFactoryServiceDeploymentStrategy,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import type { PlannedApp } from "../model/plan.js";

/** One warning that lists the settings of a service to adopt for which a file has no key, and says whether it keeps them. */
export function unmappedWarnings(
  { name: service, unmappedSettings = [] }: ServiceStatus,
  { manifest: { name: strategy, keepsUnmappedSettings = false } }: OpenFactoryServiceDeploymentStrategy,
): DeploymentWarning[] {
  if (unmappedSettings.length === 0) return [];
  const list = unmappedSettings.join("; ");
  if (keepsUnmappedSettings) {
    const reason =
      `Service ${service} has settings for which a file has no key: ${list}. The platform ${strategy} keeps them in updates. ` +
      "Write them down: if the service is removed and deployed again, it does not have them.";
    return [{ code: "SETTINGS_NOT_IN_FILE", service, strategy, reason }];
  }
  const reason =
    `Adopting service ${service} on the platform ${strategy} drops settings for which a file has no key: ${list}. ` +
    "Check that the app works without them, or don't adopt the service.";
  return [{ code: "SETTINGS_NOT_KEPT", service, strategy, reason }];
}

/**
 * Ends a plan in strict mode that adopts services without all of their settings.
 * @throws DeploymentError `UNSUPPORTED` with one issue for each app.
 */
export function assertSettingsKept(apps: readonly PlannedApp[]): void {
  const lost = apps.flatMap(({ app, location, warnings }) =>
    warnings
      .filter(({ code }) => code === "SETTINGS_NOT_KEPT")
      .map((warning) => ({ ...warning, message: `${app}: ${warning.reason}`, location })),
  );
  const [first] = lost;
  if (first === undefined) return;
  const more = lost.length > 1 ? ` ${lost.length} apps have such settings.` : "";
  throw new DeploymentError("UNSUPPORTED", `${first.reason}${more}`, {
    service: first.service,
    strategy: first.strategy,
    issues: lost.map(({ message, location }) => ({ code: "UNSUPPORTED", message, location })),
    hint: "Drop --strict to adopt the services without these settings, or don't adopt them. Nothing was changed.",
  });
}
