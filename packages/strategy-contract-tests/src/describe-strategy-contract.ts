import { describe } from "vitest";
import { abortDeployCases, abortedReadsCases } from "./cases/aborts.js";
import { alreadyExistsCases, concurrencyCases, deploymentCases, inputUnchangedCases } from "./cases/deploy.js";
import { diagnoseCases } from "./cases/diagnose.js";
import { elsewhereCases } from "./cases/elsewhere.js";
import { failedCallCases, type FailedCallsOptions } from "./cases/failed-calls.js";
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
import { execCases } from "./cases/exec.js";
import { restartCases, stopCases } from "./cases/processes.js";
import { removeCases } from "./cases/remove.js";
import { fieldCases, insideCases, manifestCases } from "./cases/request-fields.js";
import { resourceCases } from "./cases/resources.js";
import { rollbackCases } from "./cases/rollback.js";
import { replicaEnvCases, scaleCases } from "./cases/scale.js";
import { secrecyCases } from "./cases/secrecy.js";
import { settingsCases } from "./cases/settings.js";
import { oddCharactersCases } from "./cases/special-characters.js";
import { updateConflictCases, updateFailureCases } from "./cases/update-failures.js";
import { type DeployerFunctions, unchangedRunCases } from "./cases/unchanged-runs.js";
import { updateCases, updateHeldCases } from "./cases/update.js";
import { waitCases } from "./cases/wait.js";
import { type ModelOptions, randomRunCases } from "./model/random-runs.js";
import { type Differences, describeWithTarget } from "./describe-with-target.js";
import type { Suite } from "./suite.js";
import type { ContractFactory } from "./target.js";

const TIMEOUT_MS = 180_000;

type Register = (suite: Suite, options: ContractOptions) => void;

const caseGroups = {
  manifest: manifestCases,
  deployment: deploymentCases,
  "request fields": fieldCases,
  "process environment": insideCases,
  "special characters": oddCharactersCases,
  entrypoint: entrypointCases,
  networks: networksBeforeStartCases,
  "pull policy": pullPolicyCases,
  "slow images": slowImageCases,
  traffic: trafficCases,
  "published ports": publishedPortCases,
  "valid names": nameCases,
  "exact names": exactNameCases,
  "invalid requests": invalidRequestCases,
  "names in use": alreadyExistsCases,
  failures: failureCases,
  secrecy: secrecyCases,
  "request objects": inputUnchangedCases,
  "aborted deploys": abortDeployCases,
  "aborted reads": abortedReadsCases,
  concurrency: concurrencyCases,
  "other orchestrators": otherOrchestratorCases,
  remove: removeCases,
  inspect: inspectCases,
  list: listCases,
  wait: waitCases,
  logs: logsCases,
  "followed logs": logsFollowCases,
  update: updateCases,
  "concurrent updates": updateConflictCases,
  "failed updates": updateFailureCases,
  "updates that reuse a host port or volume": updateHeldCases,
  rollback: rollbackCases,
  scale: scaleCases,
  "replica variables": replicaEnvCases,
  restart: restartCases,
  stop: stopCases,
  exec: execCases,
  refreshAuth: refreshAuthCases,
  settings: settingsCases,
  resources: resourceCases,
  preflight: preflightCases,
  diagnose: diagnoseCases,
  lock: lockCases,
  elsewhere: elsewhereCases,
  "unchanged runs": (suite: Suite, { deployer }: ContractOptions) => unchangedRunCases(suite, deployer),
  "failed calls": (suite: Suite, { failedCalls }: ContractOptions) => failedCallCases(suite, failedCalls),
  "random runs": (suite: Suite, { model }: ContractOptions) => randomRunCases(suite, model),
} satisfies Record<string, Register>;

/** A group of cases. */
export type CaseGroup = keyof typeof caseGroups;

export interface ContractOptions {
  /** Time limit of one case in milliseconds; a case on a real engine may start a dozen containers. Default 180000. */
  timeoutMs?: number;
  /** How long a case polls the engine for an expected state, in milliseconds. Default 60000. */
  pollTimeoutMs?: number;
  /** The groups of cases to run. Default: all. */
  only?: readonly CaseGroup[];
  /** Runs every `count`-th group, beginning with the `index`-th from 1, so that several files can run in parallel. */
  shard?: { index: number; count: number };
  /** The number and length of the random runs. */
  model?: ModelOptions;
  /** The module `@openfactory/deployer`, for the group `unchanged runs`. Default: its cases are skipped. */
  deployer?: DeployerFunctions;
  /** How many calls of the platform fail in the group `failed calls`. */
  failedCalls?: FailedCallsOptions;
  /**
   * Cases that this target can't pass, by name (`"remove > remove() frees the host port"`), each with the reason. They are
   * skipped, and the reason is printed. For documented differences of an engine. A name without a case is an error.
   */
  differs?: Differences;
}

/**
 * Registers the contract of all strategies as vitest cases.
 *
 * The manifest of the strategy decides which cases run. The probes of the target check supported fields on the engine; an
 * unsupported field must be reported as a warning, and rejected in strict mode; cases of a capability that is not declared
 * are skipped, with the reason.
 * @param factory called once, before the first case; `close` of its target is called after the last.
 */
export function describeStrategyContract(name: string, factory: ContractFactory, options: ContractOptions = {}): void {
  describeContractAnd(name, factory, options, () => {});
}

/** As {@link describeStrategyContract}. @param registerMore registers cases that follow those of the contract, on the same target. */
export function describeContractAnd(
  name: string,
  factory: ContractFactory,
  options: ContractOptions,
  registerMore: (suite: Suite) => void,
): void {
  const { timeoutMs = TIMEOUT_MS, pollTimeoutMs } = options;
  const chosen = chooseGroups(options);
  const differs = Object.fromEntries(
    Object.entries(options.differs ?? {}).filter(([title]) => isOf(chosen, title) || !isOf(groupNames, title)),
  );
  describeWithTarget(`strategy contract: ${name}`, factory, { timeoutMs, pollTimeoutMs, differs }, (suite) => {
    for (const group of chosen) {
      const register: Register = caseGroups[group];
      describe(group, () => register(suite, options));
    }
    registerMore(suite);
  });
}

const groupNames = Object.keys(caseGroups) as CaseGroup[];

/** Whether a case with this title is in one of the groups. */
const isOf = (groups: readonly CaseGroup[], title: string): boolean =>
  groups.some((group) => title.startsWith(`${group} > `));

/** The groups that `only` and `shard` select. */
export const chooseGroups = ({ only, shard }: Pick<ContractOptions, "only" | "shard">): CaseGroup[] =>
  groupNames
    .filter((name) => only?.includes(name) ?? true)
    .filter((_, position) => shard === undefined || position % shard.count === shard.index - 1);

/**
 * Registers random runs only: sequences of deploys, removals, declared capabilities and failures with a few names. After
 * every step the engine must have exactly the services, settings and processes of a model. A run that fails prints its
 * steps, and its seed and path: `CONTRACT_SEED=... CONTRACT_PATH=...` in the environment repeats it.
 * @param factory as for `describeStrategyContract`, which has a few short runs as well.
 */
export function describeStrategyModel(name: string, factory: ContractFactory, options: ModelOptions = {}): void {
  const { timeoutMs = TIMEOUT_MS } = options;
  describeWithTarget(`strategy model: ${name}`, factory, { timeoutMs }, (suite) => randomRunCases(suite, options));
}
