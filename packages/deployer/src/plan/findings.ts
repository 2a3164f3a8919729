import {
  DeploymentError,
  type ErrorIssue,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import type { Owner } from "../model/labels.js";
import { canTellOwners } from "../model/ownership.js";
import type { Plan, PlannedApp, PlannedResource } from "../model/plan.js";
import { MILESTONE_OF } from "../model/project.js";
import { othersLeft, ownersUnknown, type ProjectWarning } from "../model/warnings.js";

/** What a run of `up` can't do here, or leaves alone. */
export function findWarnings(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  { orphans, others }: Pick<Plan, "orphans" | "others">,
  shared: ReadonlyMap<string, readonly string[]>,
): ProjectWarning[] {
  const { apps } = checked;
  const { name } = strategy.manifest;
  const warnings: ProjectWarning[] = [];
  if (!canTellOwners(strategy)) warnings.push(ownersUnknown(name));
  if (!supports(strategy, "wait")) {
    const isGated = apps.some(({ app }) =>
      app.dependsOn.some(({ condition }) => MILESTONE_OF[condition] !== "started"),
    );
    const order = isGated ? ", and an app that waits for another's health or end starts right after it" : "";
    warnings.push({
      code: "NO_WAIT",
      reason: `The platform ${name} can't tell when a service is ready: none is waited for${order}.`,
    });
  }
  warnings.push(...othersLeft(others, checked), ...sharing(shared));
  const left = orphans.filter(({ action }) => action === "keep");
  return [
    ...warnings,
    ...left.map(({ service }): ProjectWarning => ({
      code: "ORPHAN",
      service,
      reason: `The service ${service} belongs to this project and is not in the file; \`ofdeploy up --prune\` removes it.`,
    })),
  ];
}

function sharing(shared: ReadonlyMap<string, readonly string[]>): ProjectWarning[] {
  if (shared.size === 0) return [];
  const words = [...shared]
    .map(([id, owners]) => `the ${id.replace("/", " ")} with ${owners.join(" and ")}`)
    .join("; ");
  return [
    {
      code: "SHARED_RESOURCES",
      reason: `This project's files share ${words}. What is shared stays until none of them uses it.`,
    },
  ];
}

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
