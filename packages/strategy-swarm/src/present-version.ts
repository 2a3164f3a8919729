import type { Observation } from "./observe.js";
import { isSameTemplate } from "./same-template.js";

/**
 * The same with those tasks alone that are made of the service's present spec: in an update, tasks of the version before
 * run on for a while, and what became of them says nothing of this one.
 */
export function ofPresentVersion(observed: Observation): Observation {
  const { Spec, PreviousSpec, UpdateStatus } = observed.service;
  if (PreviousSpec === undefined && UpdateStatus === undefined) return observed;
  return { ...observed, tasks: observed.tasks.filter((task) => isSameTemplate(task.Spec, Spec.TaskTemplate)) };
}
