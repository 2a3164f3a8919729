import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import type { DesiredProject } from "../desired.js";
import { canTellOwners } from "../ownership/can-tell.js";
import type { Plan } from "../plan/plan.js";
import type { ProjectWarning } from "../project-warning.js";
import { MILESTONE_OF } from "./milestones.js";

/** What a run of `up` can't do here, or leaves alone. */
export function findWarnings(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps }: DesiredProject,
  { orphans }: Plan,
): ProjectWarning[] {
  const { name } = strategy.manifest;
  const warnings: ProjectWarning[] = [];
  if (!canTellOwners(strategy)) warnings.push(ownersUnknown(name));
  if (!supports(strategy, "wait")) {
    const isGated = apps.some(({ dependsOn }) => dependsOn.some(({ condition }) => MILESTONE_OF[condition] !== "started"));
    const order = isGated ? ", and an app that waits for another's health or end starts right after it" : "";
    warnings.push({ code: "NO_WAIT", reason: `The platform ${name} can't tell when a service is ready: none is waited for${order}.` });
  }
  return [
    ...warnings,
    ...orphans.map((orphan): ProjectWarning => ({
      code: "ORPHAN",
      service: orphan.service,
      reason: `The service ${orphan.service} belongs to this project and is not in the file; \`ofdeploy down\` removes it.`,
    })),
  ];
}

export const ownersUnknown = (platform: string): ProjectWarning => ({
  code: "OWNERS_UNKNOWN",
  reason: `The platform ${platform} can't keep or show labels: nobody knows who made a service, and names alone decide.`,
});
