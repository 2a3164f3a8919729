import {
  type CanLock,
  DeploymentError,
  type LockHolder,
  type OpenFactoryServiceDeploymentStrategy,
} from "@openfactory/deploy-core";
import { wrapMethods } from "../model/wrap-methods.js";

/** The operations that change services or resources. */
const CHANGES: ReadonlySet<PropertyKey> = new Set([
  "deploy",
  "update",
  "remove",
  "rollback",
  "scale",
  "restart",
  "stop",
  "start",
  "createResource",
  "removeResource",
]);

/** A run that lost its lock makes no new change after this time, plus one call. */
const CHECK_EVERY_MS = 1000;

/** The check must not take longer than the change that it precedes. */
const CHECK_TIMEOUT_MS = 10_000;

/**
 * A strategy that checks before a change whether this holder still holds the project's lock, at most once a second. The first
 * check that finds another holder, or none, rejects that change and all later ones with `CONFLICT`: a run with `forceUnlock`
 * may change the same services. Changes that have begun by then are completed, since the engine can't take them back.
 */
export function whileHeld<Strategy extends OpenFactoryServiceDeploymentStrategy & CanLock>(
  strategy: Strategy,
  project: string,
  holder: LockHolder,
): Strategy {
  let checkedAt = performance.now();
  let checking: Promise<void> | undefined;
  let lost: DeploymentError | undefined;

  /** A holder can't acquire its lock twice: it gets itself as the holder. */
  const check = async (): Promise<void> => {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    const found = await strategy.lock(project, holder, { signal }).catch(
      // The change itself will fail if the engine does not answer.
      () => holder,
    );
    checkedAt = performance.now();
    if (found?.id !== holder.id) lost = lostError(project, found, strategy);
  };
  const assertHeld = async (): Promise<void> => {
    if (lost === undefined && performance.now() - checkedAt >= CHECK_EVERY_MS) {
      checking ??= check().finally(() => (checking = undefined));
      await checking;
    }
    if (lost !== undefined) throw lost;
  };

  return wrapMethods(strategy, (property, method) => {
    if (!CHANGES.has(property)) return method;
    return async (...args) => {
      await assertHeld();
      return method(...args);
    };
  });
}

const lostError = (
  project: string,
  now: LockHolder | undefined,
  { manifest }: OpenFactoryServiceDeploymentStrategy,
): DeploymentError =>
  new DeploymentError(
    "CONFLICT",
    `The lock of the project ${project} was forcibly released during this run` +
      `${now === undefined ? "" : `, and is held by ${now.owner} since ${now.since}`}. This run makes no further change.`,
    {
      strategy: manifest.name,
      hint: "Wait until the other run has finished. Then run `ofdeploy plan` to see the remaining changes.",
    },
  );
