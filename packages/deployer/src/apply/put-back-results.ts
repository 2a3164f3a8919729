import type { CompensationStep } from "../compensate/compensation-step.js";
import type { PutBack } from "../compensate/put-back.js";
import type { RemovalVerdict } from "../remove/removal-verdict.js";
import { resourceId } from "../resources/resource-id.js";
import type { ResourceVerdict } from "../resources/resource-verdict.js";
import type { AppVerdict } from "./up-report.js";

/** What a run has come to. */
export interface Results {
  readonly apps: readonly AppVerdict[];
  readonly orphans: readonly RemovalVerdict[];
  readonly resources: readonly ResourceVerdict[];
  readonly compensation: readonly CompensationStep[];
}

/**
 * What a run has come to once it was put back.
 * @param because the app (or resource) whose failure ended the run.
 */
export const asPutBack = (results: Results, done: PutBack, because: string | undefined): Results => ({
  apps: results.apps.map((verdict) => appPutBack(verdict, done, because)),
  orphans: results.orphans.map((removal) => orphanPutBack(removal, done)),
  resources: results.resources.map((resource) => resourcePutBack(resource, done)),
  compensation: done.steps,
});

function appPutBack(verdict: AppVerdict, { services }: PutBack, because: string | undefined): AppVerdict {
  const service = services.get(verdict.service);
  if (service === undefined) return verdict;
  const { status: _, ...rest } = verdict;
  const { now, kept, error } = service;
  if (kept !== undefined) return { ...verdict, now, kept };
  if (error !== undefined) return { ...rest, outcome: "failed", now, error: verdict.error ?? error, leftBehind: error };
  if (verdict.outcome === "failed" || verdict.outcome === "rolled-back" || verdict.outcome === "skipped")
    return { ...rest, now };
  return { ...rest, outcome: "put-back", now, because };
}

function orphanPutBack(removal: RemovalVerdict, { services }: PutBack): RemovalVerdict {
  const service = services.get(removal.service);
  if (service === undefined || service.kept !== undefined || removal.outcome === "skipped") return removal;
  if (service.error !== undefined) return { ...removal, outcome: "failed", error: service.error };
  return removal.outcome === "removed" ? { ...removal, outcome: "put-back" } : removal;
}

function resourcePutBack(resource: ResourceVerdict, { resources, steps }: PutBack): ResourceVerdict {
  const error = resources.get(resourceId(resource));
  if (error !== undefined) return { ...resource, outcome: "failed", error };
  if (resource.outcome !== "created" || !isTaken(resource, steps)) return resource;
  return { ...resource, outcome: "put-back" };
}

/** A resource that a kept job uses is not removed again. */
const isTaken = (resource: ResourceVerdict, steps: readonly CompensationStep[]): boolean =>
  steps.some((step) => step.resource !== undefined && resourceId(step.resource) === resourceId(resource));
