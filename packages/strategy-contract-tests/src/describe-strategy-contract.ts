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
import { otherOrchestratorCases } from "./cases/other-orchestrators.js";
import { preflightCases } from "./cases/preflight.js";
import { publishedPortCases } from "./cases/published-ports.js";
import { pullPolicyCases } from "./cases/pull-policy.js";
import { type ModelOptions, randomRunCases } from "./cases/random-runs.js";
import { refreshAuthCases } from "./cases/refresh-auth.js";
import { removeCases } from "./cases/remove.js";
import { replicaEnvCases } from "./cases/replica-env.js";
import { resourceCases } from "./cases/resources.js";
import { rollbackCases } from "./cases/rollback.js";
import { scaleCases } from "./cases/scale.js";
import { secrecyCases } from "./cases/secrecy.js";
import { settingsCases } from "./cases/settings.js";
import { slowImageCases } from "./cases/slow-images.js";
import { trafficCases } from "./cases/traffic.js";
import { updateConflictCases } from "./cases/update-conflicts.js";
import { updateFailureCases } from "./cases/update-failures.js";
import { updateHeldCases } from "./cases/update-held.js";
import { updateCases } from "./cases/update.js";
import { waitCases } from "./cases/wait.js";
import type { Differences } from "./differences.js";
import { describeWithTarget } from "./describe-with-target.js";
import type { Suite } from "./suite.js";
import type { ContractFactory } from "./target.js";

type Register = (suite: Suite, options: ContractOptions) => void;

const behaviours = {
  manifest: manifestCases,
  deployment: deploymentCases,
  "request fields": fieldCases,
  "what a process sees": insideCases,
  "odd characters": oddCharactersCases,
  entrypoint: entrypointCases,
  networks: networksBeforeStartCases,
  "pull policy": pullPolicyCases,
  "slow images": slowImageCases,
  traffic: trafficCases,
  "published ports": publishedPortCases,
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
  "other orchestrators": otherOrchestratorCases,
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
  "variables of a replica": replicaEnvCases,
  refreshAuth: refreshAuthCases,
  settings: settingsCases,
  resources: resourceCases,
  preflight: preflightCases,
  diagnose: diagnoseCases,
  lock: lockCases,
  "random runs": (suite: Suite, { model }: ContractOptions) => randomRunCases(suite, model),
} satisfies Record<string, Register>;

/** A group of cases. */
export type Behaviour = keyof typeof behaviours;

export interface ContractOptions {
  /** Time limit of one case in milliseconds; a case on a real engine may start a dozen containers. Default 180000. */
  timeoutMs?: number;
  /** How long what must happen sooner or later is waited for, in milliseconds. Default 60000. */
  patienceMs?: number;
  /** The groups of cases that are run, where all of them would take too long. Default: all. */
  only?: readonly Behaviour[];
  /** The random runs: few and short ones by default. */
  model?: ModelOptions;
  /**
   * Cases that this target does not show, by name (`"odd characters > labels"`), each with the reason: they are skipped,
   * with the reason printed. For what an engine does otherwise and its strategy documents; a name of no case is an error.
   */
  differs?: Differences;
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
  const { timeoutMs = 180_000, patienceMs, differs, only } = options;
  const chosen = (Object.entries(behaviours) as [Behaviour, Register][]).filter(
    ([name]) => only?.includes(name) ?? true,
  );
  describeWithTarget(`strategy contract: ${name}`, factory, { timeoutMs, patienceMs, differs }, (suite) => {
    for (const [behaviour, register] of chosen) describe(behaviour, () => register(suite, options));
  });
}
