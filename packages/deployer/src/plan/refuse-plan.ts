import { DeploymentError, type ErrorIssue } from "@openfactory/deploy-core";
import type { Plan, PlannedApp } from "./plan.js";

/**
 * Ends a run whose plan can't be carried out whole.
 * @throws DeploymentError `CONFLICT` with one issue per app whose service is somebody else's, or was made from another
 * request.
 */
export function refusePlan({ apps, project }: Plan): void {
  const issues = apps.flatMap((planned): ErrorIssue[] => {
    const finding = findingOf(planned, project);
    return finding === undefined ? [] : [{ ...finding, location: planned.location }];
  });
  const [first] = issues;
  if (first === undefined) return;
  const more = issues.length > 1 ? `; and ${issues.length - 1} more` : "";
  throw new DeploymentError("CONFLICT", `${first.message}${more}. Nothing was changed.`, {
    issues,
    hint: first.hint,
  });
}

function findingOf({ app, service, action, owner }: PlannedApp, project: string): ErrorIssue | undefined {
  if (action === "update") {
    return {
      message: `${app}: the service ${service} runs already, and was made from another request`,
      hint: "Run `ofdeploy down` first, then `ofdeploy up`.",
    };
  }
  if (action !== "conflict") return undefined;
  if (owner !== undefined) {
    return {
      message: `${app}: the service ${service} belongs to the project ${owner.project}, and this is ${project}`,
      hint: "Give the app another uuid, or take the other project down.",
    };
  }
  return {
    message: `${app}: a service ${service} is there already, and it does not carry the labels of this project`,
    hint: "Give the app another uuid, or remove that service by hand.",
  };
}
