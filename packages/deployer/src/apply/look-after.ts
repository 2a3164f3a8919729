import type { DeploymentError } from "@openfactory/deploy-core";
import { type There, whatIsThere } from "../observe/what-is-there.js";
import type { PlannedApp } from "../plan/plan.js";
import type { AppNow } from "./up-report.js";
import type { UpRun } from "./up-run.js";

/** The run's own signal may have fired. */
const LOOK_TIMEOUT_MS = 30_000;

/** What is there of an app after its failure: looked at where it was begun to be changed, and told truthfully. */
export async function lookAfter(failure: DeploymentError, planned: PlannedApp, run: UpRun): Promise<There> {
  const { service } = planned;
  const change = run.journal.of(service);
  if (change === undefined) return { now: untouched(planned) };
  const isMade = run.journal.isConfirmed(change);
  if (isMade && failure.code === "ABORTED") return { now: "desired" };
  const there = await whatIsThere(run.strategy, service, run.id, { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) });
  return there.now === "unknown" ? { now: byTheContract(failure, change.kind, isMade) } : there;
}

/** What is there of an app that the run has not touched. */
export function untouched({ action, status }: PlannedApp): AppNow {
  if (action === "unchanged") return "desired";
  return status === undefined ? "nothing" : "before";
}

/** Where nobody can look: a deploy or update that fails leaves things as they were. */
function byTheContract({ code }: DeploymentError, kind: string, isMade: boolean): AppNow {
  if (code === "ROLLED_BACK") return "before";
  if (isMade) return "desired";
  if (kind === "create") return code === "ALREADY_EXISTS" ? "before" : "nothing";
  return kind === "update" ? "before" : "unknown";
}
