import { DeploymentError, type ErrorIssue } from "@openfactory/deploy-core";
import type { Owner } from "../ownership/labels.js";
import type { Plan, PlannedApp, PlannedResource } from "./plan.js";

/**
 * Ends a run whose plan can't be carried out whole.
 * @throws DeploymentError `CONFLICT` with one issue per app whose service, and per resource whose name, is somebody
 * else's.
 */
export function refusePlan({ project, apps, resources }: Plan): void {
  const issues = [
    ...apps.filter(({ action }) => action === "conflict").map((app) => appIssue(app, project)),
    ...resources.filter(({ action }) => action === "conflict").map(resourceIssue),
  ];
  const [first] = issues;
  if (first === undefined) return;
  const more = issues.length > 1 ? `; and ${issues.length - 1} more` : "";
  throw new DeploymentError("CONFLICT", `${first.message}${more}. Nothing was changed.`, {
    issues,
    hint: first.hint,
  });
}

/** A sentence as it goes on after a colon. */
const asClause = (sentence = ""): string => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");

const appIssue = ({ app, owner, reason, location }: PlannedApp, project: string): ErrorIssue => ({
  message: `${app}: ${asClause(reason)}`,
  location,
  hint: appHint(owner, project),
});

function appHint(owner: Owner | undefined, project: string): string {
  if (owner === undefined)
    return "Give the app another uuid, remove that service by hand, or take it over with `--adopt`.";
  if (owner.project !== project)
    return "Give the app another uuid, take the other project down, or take the service over with `--adopt`.";
  return (
    "Give the app another uuid; or, if the app, its file or the project directory has moved, run `ofdeploy up --take-ownership`. " +
    "With a `name:` in the file, the project is the same in every directory."
  );
}

const resourceIssue = ({ key, name, reason, hint, location }: PlannedResource): ErrorIssue => ({
  message: `${key ?? name}: ${asClause(reason)}`,
  location,
  hint: hint ?? "Give it another name, declare it external, or remove the one that exists.",
});
