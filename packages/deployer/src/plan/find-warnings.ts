import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import { MILESTONE_OF } from "../apply/milestones.js";
import type { CheckedProject } from "../check/check-project.js";
import { canTellOwners } from "../ownership/can-tell.js";
import type { ProjectWarning } from "../project-warning.js";
import { ownerText, type Scope } from "../ownership/ownership.js";
import type { Plan, PlannedOther } from "./plan.js";

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

/** One line: `2 services of this project belong to app_b.yml and were left.` @param done what became of them. */
export function othersLeft(
  others: readonly Pick<PlannedOther, "owner">[],
  scope: Scope,
  done = "left",
): ProjectWarning[] {
  if (others.length === 0) return [];
  const owners = [...Map.groupBy(others, ({ owner }) => ownerText(owner, scope))].map(
    ([text, some]) => [text, some.length] as const,
  );
  const count = `${others.length} ${others.length === 1 ? "service" : "services"} of this project ${others.length === 1 ? "belongs" : "belong"} to`;
  const [first] = owners;
  const whose =
    owners.length === 1 ? first?.[0] : `other files (${owners.map(([text, some]) => `${text}: ${some}`).join(", ")})`;
  return [{ code: "OTHER_FILES", reason: `${count} ${whose} and ${others.length === 1 ? "was" : "were"} ${done}.` }];
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

export const ownersUnknown = (platform: string): ProjectWarning => ({
  code: "OWNERS_UNKNOWN",
  reason: `The platform ${platform} can't keep or show labels: nobody knows who made a service, and names alone decide.`,
});
