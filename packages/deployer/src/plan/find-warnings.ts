import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import { MILESTONE_OF } from "../apply/milestones.js";
import type { CheckedProject } from "../check/check-project.js";
import { canTellOwners } from "../ownership/can-tell.js";
import type { ProjectWarning } from "../project-warning.js";
import type { Plan } from "./plan.js";

/** What a run of `up` can't do here, or leaves alone. */
export function findWarnings(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps }: CheckedProject,
  { orphans }: Pick<Plan, "orphans">,
): ProjectWarning[] {
  const { name } = strategy.manifest;
  const warnings: ProjectWarning[] = [];
  if (!canTellOwners(strategy)) warnings.push(ownersUnknown(name));
  if (!supports(strategy, "wait")) {
    const isGated = apps.some(({ app }) => app.dependsOn.some(({ condition }) => MILESTONE_OF[condition] !== "started"));
    const order = isGated ? ", and an app that waits for another's health or end starts right after it" : "";
    warnings.push({ code: "NO_WAIT", reason: `The platform ${name} can't tell when a service is ready: none is waited for${order}.` });
  }
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

export const ownersUnknown = (platform: string): ProjectWarning => ({
  code: "OWNERS_UNKNOWN",
  reason: `The platform ${platform} can't keep or show labels: nobody knows who made a service, and names alone decide.`,
});
