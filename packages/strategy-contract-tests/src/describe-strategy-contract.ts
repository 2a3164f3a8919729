import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { abortDeployCases } from "./cases/abort-deploy.js";
import { abortedReadsCases } from "./cases/aborted-reads.js";
import { alreadyExistsCases } from "./cases/already-exists.js";
import { concurrencyCases } from "./cases/concurrency.js";
import { deploymentCases } from "./cases/deployment.js";
import { entrypointCases } from "./cases/entrypoint.js";
import { exactNameCases } from "./cases/exact-names.js";
import { failureCases } from "./cases/failures.js";
import { fieldCases } from "./cases/fields.js";
import { inputUnchangedCases } from "./cases/input-unchanged.js";
import { insideCases } from "./cases/inside.js";
import { inspectCases } from "./cases/inspect.js";
import { invalidRequestCases } from "./cases/invalid-requests.js";
import { listCases } from "./cases/list.js";
import { logsFollowCases } from "./cases/logs-follow.js";
import { logsCases } from "./cases/logs.js";
import { manifestCases } from "./cases/manifest.js";
import { nameCases } from "./cases/names.js";
import { networksBeforeStartCases } from "./cases/networks-before-start.js";
import { oddCharactersCases } from "./cases/odd-characters.js";
import { pullPolicyCases } from "./cases/pull-policy.js";
import { refreshAuthCases } from "./cases/refresh-auth.js";
import { removeCases } from "./cases/remove.js";
import { rollbackCases } from "./cases/rollback.js";
import { scaleCases } from "./cases/scale.js";
import { secrecyCases } from "./cases/secrecy.js";
import { trafficCases } from "./cases/traffic.js";
import { updateCases } from "./cases/update.js";
import { waitCases } from "./cases/wait.js";
import { Suite } from "./suite.js";
import type { ContractFactory, ContractTarget } from "./target.js";

const behaviours: Record<string, (suite: Suite) => void> = {
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
  rollback: rollbackCases,
  scale: scaleCases,
  refreshAuth: refreshAuthCases,
};

export interface ContractOptions {
  /** Time limit of one case in milliseconds; a case on a real engine may start a dozen containers. Default 180000. */
  timeoutMs?: number;
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
  describe(`strategy contract: ${name}`, { timeout: options.timeoutMs ?? 180_000 }, () => {
    let target: ContractTarget | undefined;
    const suite = new Suite(() => {
      if (target === undefined) throw new Error("the target is made before the first case, and not earlier");
      return target;
    });

    beforeAll(async () => {
      target = await factory();
    }, options.timeoutMs ?? 180_000);
    afterEach(() => suite.cleanup(), options.timeoutMs ?? 180_000);
    afterAll(() => target?.close(), options.timeoutMs ?? 180_000);

    for (const [behaviour, register] of Object.entries(behaviours)) describe(behaviour, () => register(suite));
  });
}
