import { supports } from "@openfactory/deploy-core";
import type { UpRun } from "../apply/up-run.js";
import { asDeploymentError } from "../as-deployment-error.js";
import { eachBounded } from "../bounded.js";
import type { Change } from "../compensate/journal.js";
import type { DesiredResource } from "../desired.js";
import type { PlannedResource } from "../plan/plan.js";
import { markedResource } from "./mark-resource.js";
import { resourceId } from "./resource-id.js";
import type { ResourceVerdict } from "./resource-verdict.js";

const MADE_AT_ONCE = 4;

/** Makes the resources that a plan asks for. A failure ends the run, and is told; never rejects. */
export async function makeResources(
  desired: readonly DesiredResource[],
  planned: readonly PlannedResource[],
  run: UpRun,
): Promise<ResourceVerdict[]> {
  const missing = new Set(planned.filter(({ action }) => action === "create").map(resourceId));
  const wanted = desired.filter(({ spec }) => missing.has(resourceId(spec)));
  return eachBounded(MADE_AT_ONCE, wanted, async (resource) => {
    const verdict = await makeOne(resource, run);
    run.observer?.({ type: "resource", resource: verdict });
    return verdict;
  });
}

async function makeOne(desired: DesiredResource, run: UpRun): Promise<ResourceVerdict> {
  const { strategy, scope, id, signal, journal } = run;
  const { kind, name } = desired.spec;
  if (signal.aborted || !supports(strategy, "resources")) return { kind, name, outcome: "skipped" };
  const change: Change = { kind: "resource", resource: { kind, name } };
  journal.begin(change);
  try {
    await strategy.createResource(markedResource(desired, scope, id), { signal });
    journal.confirm(change);
    return { kind, name, outcome: "created" };
  } catch (error) {
    const failure = asDeploymentError(error, name, strategy);
    if (signal.aborted && failure.code === "ABORTED") return { kind, name, outcome: "skipped" };
    run.noteFailure(desired.key);
    return { kind, name, outcome: "failed", error: failure };
  }
}
