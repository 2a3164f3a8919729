import { describe } from "vitest";
import { abortDeployCases } from "./cases/abort-deploy.js";
import { abortedReadsCases } from "./cases/aborted-reads.js";
import { alreadyExistsCases } from "./cases/already-exists.js";
import { concurrencyCases } from "./cases/concurrency.js";
import { deploymentCases } from "./cases/deployment.js";
import { diagnoseCases } from "./cases/diagnose.js";
import { entrypointCases } from "./cases/entrypoint.js";
import { exactNameCases } from "./cases/exact-names.js";
import { failureCases } from "./cases/failures.js";
import { fieldCases } from "./cases/fields.js";
import { inputUnchangedCases } from "./cases/input-unchanged.js";
import { insideCases } from "./cases/inside.js";
import { inspectCases } from "./cases/inspect.js";
import { invalidRequestCases } from "./cases/invalid-requests.js";
import { listCases } from "./cases/list.js";
import { lockCases } from "./cases/lock.js";
import { logsFollowCases } from "./cases/logs-follow.js";
import { logsCases } from "./cases/logs.js";
import { manifestCases } from "./cases/manifest.js";
import { nameCases } from "./cases/names.js";
import { networksBeforeStartCases } from "./cases/networks-before-start.js";
import { oddCharactersCases } from "./cases/odd-characters.js";
import { preflightCases } from "./cases/preflight.js";
import { pullPolicyCases } from "./cases/pull-policy.js";
import { type ModelOptions, randomRunCases } from "./cases/random-runs.js";
import { refreshAuthCases } from "./cases/refresh-auth.js";
import { removeCases } from "./cases/remove.js";
import { resourceCases } from "./cases/resources.js";
import { rollbackCases } from "./cases/rollback.js";
import { scaleCases } from "./cases/scale.js";
import { secrecyCases } from "./cases/secrecy.js";
import { settingsCases } from "./cases/settings.js";
import { trafficCases } from "./cases/traffic.js";
import { updateConflictCases } from "./cases/update-conflicts.js";
import { updateFailureCases } from "./cases/update-failures.js";
import { updateHeldCases } from "./cases/update-held.js";
import { updateCases } from "./cases/update.js";
import { waitCases } from "./cases/wait.js";
import { describeWithTarget } from "./describe-with-target.js";
import type { Suite } from "./suite.js";
import type { ContractFactory } from "./target.js";

const behaviours: Record<string, (suite: Suite, options: ContractOptions) => void> = {
  manifest: manifestCases,
  deployment: deploymentCases,
  "request fields": fieldCases,
  "what a process sees": insideCases,
  "odd characters": oddCharactersCases,
  entrypoint: entrypointCases,
  networks: networksBeforeStartCases,
  "pull policy": pullPolicyCases,
  traffic: trafficCases,
  "names that can be": nameCases,
  "names are exact": exactNameCases,
  "invalid requests": invalidRequestCases,
  "names in use": alreadyExistsCases,
  failures: failureCases,
  secrecy: secrecyCases,
  "the caller's objects": inputUnchangedCases,
  "aborted deploys": abortDeployCases,
  "aborted questions": abortedReadsCases,
  concurrency: concurrencyCases,
  remove: removeCases,
  inspect: inspectCases,
  list: listCases,
  wait: waitCases,
  logs: logsCases,
  "logs that are followed": logsFollowCases,
  update: updateCases,
  "updates in each other's way": updateConflictCases,
  "updates that fail": updateFailureCases,
  "updates of what is held": updateHeldCases,
  rollback: rollbackCases,
  scale: scaleCases,
  refreshAuth: refreshAuthCases,
  settings: settingsCases,
  resources: resourceCases,
  preflight: preflightCases,
  diagnose: diagnoseCases,
  lock: lockCases,
  "random runs": (suite, { model }) => randomRunCases(suite, model),
};

export interface ContractOptions {
  /** Time limit of one case in milliseconds; a case on a real engine may start a dozen containers. Default 180000. */
  timeoutMs?: number;
  /** How long what must happen sooner or later is waited for, in milliseconds. Default 60000. */
  patienceMs?: number;
  /** The random runs: few and short ones by default. */
  model?: ModelOptions;
}

/**
 * Registers the contract that every strategy keeps as vitest cases.
 *
 * Which cases run is decided by the strategy's own manifest: what it honours is looked up in the world, through the
 * target's probes; what it declares not to honour must be told, and refused in strict mode; a capability that it does
 * not declare is skipped, with the reason.
 * @param factory called once, before the first case; `close` of what it makes is called after the last.
 */
export function describeStrategyContract(name: string, factory: ContractFactory, options: ContractOptions = {}): void {
  const { timeoutMs = 180_000, patienceMs } = options;
  describeWithTarget(`strategy contract: ${name}`, factory, { timeoutMs, patienceMs }, (suite) => {
    for (const [behaviour, register] of Object.entries(behaviours)) describe(behaviour, () => register(suite, options));
  });
}
