import { describe } from "vitest";
import { abortDeployCases, abortedReadsCases } from "./cases/aborts.js";
import { alreadyExistsCases, concurrencyCases, deploymentCases, inputUnchangedCases } from "./cases/deploy.js";
import { diagnoseCases } from "./cases/diagnose.js";
import { failureCases, invalidRequestCases } from "./cases/failures.js";
import { logsFollowCases } from "./cases/followed-logs.js";
import { entrypointCases, pullPolicyCases, refreshAuthCases, slowImageCases } from "./cases/images.js";
import { inspectCases, listCases } from "./cases/inspect-and-list.js";
import { lockCases } from "./cases/lock.js";
import { logsCases } from "./cases/logs.js";
import { exactNameCases, nameCases } from "./cases/names.js";
import { otherOrchestratorCases } from "./cases/other-orchestrators.js";
import { networksBeforeStartCases, publishedPortCases, trafficCases } from "./cases/ports-and-networks.js";
import { preflightCases } from "./cases/preflight.js";
import { removeCases } from "./cases/remove.js";
import { fieldCases, insideCases, manifestCases } from "./cases/request-fields.js";
import { resourceCases } from "./cases/resources.js";
import { rollbackCases } from "./cases/rollback.js";
import { replicaEnvCases, scaleCases } from "./cases/scale.js";
import { secrecyCases } from "./cases/secrecy.js";
import { settingsCases } from "./cases/settings.js";
import { oddCharactersCases } from "./cases/special-characters.js";
import { updateConflictCases, updateFailureCases } from "./cases/update-failures.js";
import { updateCases, updateHeldCases } from "./cases/update.js";
import { waitCases } from "./cases/wait.js";
import { type ModelOptions, randomRunCases } from "./model/random-runs.js";
import { type Differences, describeWithTarget } from "./describe-with-target.js";
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

const TIMEOUT_MS = 180_000;

/**
 * Registers random runs alone, as many and as long as is wanted: sequences of deploys, removals, what else the strategy
 * declares, and failures, over a handful of names. After every step the engine must have exactly the services, settings
 * and processes that a plain model says. A run that fails prints its steps, and its seed and path, by which
 * `CONTRACT_SEED=... CONTRACT_PATH=...` in the environment repeats it.
 * @param factory as of `describeStrategyContract`, which has a few short runs too.
 */
export function describeStrategyModel(name: string, factory: ContractFactory, options: ModelOptions = {}): void {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  describeWithTarget(`strategy model: ${name}`, factory, { timeoutMs }, (suite) => randomRunCases(suite, options));
}
