import { DeploymentError, type ErrorIssue, type ServiceStatus } from "@openfactory/deploy-core";
import { compareSettings } from "../compare/compare-settings.js";
import { canLook, observeOne } from "../observe/observe.js";
import type { FieldChange } from "../plan/plan.js";
import type { UpRun } from "./up-run.js";

/**
 * A `CONFLICT` since the service is no longer what was planned on, with what another has changed in the meantime, field
 * by field. Any other error as it is.
 * @param seen how the service is now, where that is known already.
 */
export async function explainConflict(
  error: unknown,
  before: ServiceStatus,
  run: UpRun,
  seen?: ServiceStatus,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error, "CONFLICT") || !canLook(run.strategy)) return error;
  const now = seen ?? (await lookAgain(before.name, run));
  if (now === undefined || now === "unknown" || now.revision === before.revision) return error;
  const issues = before.settings && now.settings ? differences(before.settings, now.settings, run) : [];
  return new DeploymentError("CONFLICT", `${before.name} was changed by another while this run went on.`, {
    ...error,
    issues,
    hint: "It was left as the other made it. Look at `ofdeploy plan`, then run `ofdeploy up` again.",
    cause: error,
  });
}

async function lookAgain(service: string, { strategy, signal }: UpRun): Promise<ServiceStatus | "unknown" | undefined> {
  try {
    return await observeOne(strategy, service, { signal });
  } catch {
    return "unknown";
  }
}

const differences = (
  before: NonNullable<ServiceStatus["settings"]>,
  now: NonNullable<ServiceStatus["settings"]>,
  { showEnv }: UpRun,
): ErrorIssue[] =>
  compareSettings(before, now, { showEnv }).map((change) => ({ field: change.path, message: inWords(change) }));

const inWords = ({ path, from, to }: FieldChange): string =>
  `${path} was ${from ?? "not set"}, and is ${to ?? "not set"} now`;
