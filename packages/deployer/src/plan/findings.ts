import {
  DeploymentError,
  type ErrorIssue,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import type { Owner } from "../model/labels.js";
import { tracksOwnership } from "../model/ownership.js";
import type { Plan, PlannedApp, PlannedResource } from "../model/plan.js";
import { MILESTONE_OF } from "../model/project.js";
import { otherFilesWarning, ownersUnknownWarning, type ProjectWarning } from "../model/warnings.js";

/** Warnings about a plan: what the platform can't do, and what the run will not change. */
export function findWarnings(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  { orphans, others }: Pick<Plan, "orphans" | "others">,
  shared: ReadonlyMap<string, readonly string[]>,
): ProjectWarning[] {
  const { apps } = checked;
  const { name } = strategy.manifest;
  const warnings: ProjectWarning[] = [];
  if (!tracksOwnership(strategy)) warnings.push(ownersUnknownWarning(name));
  if (!supports(strategy, "wait")) {
    const waitsForState = apps.some(({ app }) =>
      app.dependsOn.some(({ condition }) => MILESTONE_OF[condition] !== "started"),
    );
    const order = waitsForState
      ? ", and dependents start without waiting for a dependency to be healthy or completed"
      : "";
    warnings.push({
      code: "NO_WAIT",
      reason: `The platform ${name} can't report readiness, so --wait has no effect${order}.`,
    });
  }
  warnings.push(...otherFilesWarning(others, checked), ...sharedResourcesWarning(shared));
  const kept = orphans.filter(({ action }) => action === "keep");
  return [
    ...warnings,
    ...kept.map(({ service, status }): ProjectWarning => ({
      code: "ORPHAN",
      service,
      reason: orphanReason(service, status.versionOf),
    })),
  ];
}

const orphanReason = (service: string, versionOf: string | undefined): string =>
  versionOf === undefined
    ? `Service ${service} belongs to this project and is no longer in the file. \`ofdeploy up --prune\` removes it.`
    : `${service} was left by an interrupted change of service ${versionOf}. \`ofdeploy up --prune\` or \`ofdeploy down\` removes it.`;

function sharedResourcesWarning(shared: ReadonlyMap<string, readonly string[]>): ProjectWarning[] {
  if (shared.size === 0) return [];
  const list = [...shared].map(([id, owners]) => `the ${id.replace("/", " ")} with ${owners.join(" and ")}`).join("; ");
  return [
    {
      code: "SHARED_RESOURCES",
      reason: `This project's files share ${list}. A shared resource is removed with its last user.`,
    },
  ];
}

/**
 * Ends a run whose plan has conflicts.
 * @throws DeploymentError `CONFLICT` with one issue for each app and resource in conflict.
 */
export function assertNoConflicts({ project, apps, resources }: Plan): void {
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

/** Turns a sentence into a clause that follows a colon. */
const asClause = (sentence = ""): string => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");

const appIssue = ({ app, owner, reason, location }: PlannedApp, project: string): ErrorIssue => ({
  message: `${app}: ${asClause(reason)}`,
  location,
  hint: conflictHint(owner, project),
});

function conflictHint(owner: Owner | undefined, project: string): string {
  if (owner === undefined)
    return "Give the app another uuid, remove the existing service, or adopt it with `ofdeploy up --adopt <app>`.";
  if (owner.project !== project)
    return "Give the app another uuid, run `ofdeploy down` for the other project, or adopt the service with `ofdeploy up --adopt <app>`.";
  return (
    "Give the app another uuid. If the app, its file or the project directory was moved, run `ofdeploy up --take-ownership`. " +
    "With a `name:` in the file, the project is the same in every directory."
  );
}

const resourceIssue = ({ key, name, reason, hint, location }: PlannedResource): ErrorIssue => ({
  message: `${key ?? name}: ${asClause(reason)}`,
  location,
  hint: hint ?? "Choose another name, mark the resource external, or remove the existing one.",
});
