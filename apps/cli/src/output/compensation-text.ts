import type { CompensationAction, CompensationStep } from "@openfactory/deployer";
import { inWords } from "./durations.js";
import { harmless } from "./style.js";

const BEGUN: Readonly<Record<CompensationAction, string>> = {
  remove: "removing again",
  rollback: "going back to the version before",
  restore: "changing back",
  redeploy: "deploying again as it was",
  keep: "left as it is",
};

const DONE: Readonly<Record<CompensationAction, string>> = {
  remove: "removed again",
  rollback: "gone back to the version before",
  restore: "changed back",
  redeploy: "deployed again as it was",
  keep: "left as it is",
};

/** What a step is about: an app by its name, a resource by kind and name. */
export const subjectOf = ({ app, service, resource }: CompensationStep): string =>
  resource === undefined ? (app ?? service ?? "") : `${resource.kind} ${resource.name}`;

/** `removing again`, `changed back`, `not changed back: ...`. */
export function compensationWords({ action, state, reason, error }: CompensationStep): string {
  if (state === "begun") return BEGUN[action];
  if (state === "done")
    return `${DONE[action]}${reason === undefined ? "" : `: ${harmless(reason.replace(/\.$/, ""))}`}`;
  return `not ${DONE[action]}${error === undefined ? "" : `: ${harmless(error.message)}`}`;
}

/** The journal of how a run was put back: a line for each step, in the order in which they were done. */
export function compensationText(steps: readonly CompensationStep[]): string {
  if (steps.length === 0) return "";
  const lines = steps.map((step) => {
    const took = step.elapsedMs === undefined ? "" : ` (${inWords(step.elapsedMs)})`;
    return `  ${harmless(subjectOf(step))}: ${compensationWords(step)}${took}\n`;
  });
  return `put back:\n${lines.join("")}`;
}
