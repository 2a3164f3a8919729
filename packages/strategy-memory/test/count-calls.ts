import { DeploymentError } from "@openfactory/deploy-core";
import type { PlatformCalls } from "@openfactory/strategy-contract-tests";
import type { MemoryEngine } from "../src/engine.js";

/** The methods of the engine that a strategy calls, as an API of a platform would have them. */
const READS = ["service"] as const;
const CHANGES = [
  "create",
  "start",
  "change",
  "scale",
  "restart",
  "stopService",
  "startService",
  "remove",
  "removeResource",
] as const;
const LOCK_CHANGES = ["set", "delete"] as const;

/** Counts and fails the calls of the engine's methods. */
export function countCalls(engine: MemoryEngine): PlatformCalls {
  let count = 0;
  let changes = 0;
  let failing: number | undefined;
  let failed: string | undefined;

  const wrap = <Target extends object>(
    target: Target,
    names: readonly (keyof Target & string)[],
    isChange: boolean,
  ) => {
    for (const name of names) {
      const method = target[name] as (...args: unknown[]) => unknown;
      const counted = (...args: unknown[]): unknown => {
        count += 1;
        if (isChange) changes += 1;
        if (failing !== undefined && (failing -= 1) === 0) {
          failing = undefined;
          failed = name;
          throw new DeploymentError("ENGINE_ERROR", "The engine failed.", { strategy: "memory", hint: "Try again." });
        }
        return method.apply(target, args);
      };
      Object.defineProperty(target, name, { value: counted, configurable: true });
    }
  };
  wrap(engine, READS, false);
  wrap(engine, CHANGES, true);
  wrap(engine.resources, ["create"], true);
  wrap(engine.locks, ["get"], false);
  wrap(engine.locks, LOCK_CHANGES, true);
  return {
    count: () => count,
    changes: () => changes,
    failCall(number) {
      failing = number;
      failed = undefined;
    },
    stopFailing() {
      failing = undefined;
      return failed;
    },
  };
}
