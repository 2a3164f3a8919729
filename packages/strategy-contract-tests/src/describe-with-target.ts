import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { Suite } from "./suite.js";
import type { ContractFactory, ContractTarget } from "./target.js";

/** Registers cases on a target that is made before the first of them and closed after the last. */
export function describeWithTarget(
  title: string,
  factory: ContractFactory,
  { timeoutMs, patienceMs }: { timeoutMs: number; patienceMs?: number },
  register: (suite: Suite) => void,
): void {
  describe(title, { timeout: timeoutMs }, () => {
    let target: ContractTarget | undefined;
    const suite = new Suite(() => {
      if (target === undefined) throw new Error("the target is made before the first case, and not earlier");
      return target;
    }, patienceMs);

    beforeAll(async () => {
      target = await factory();
    }, timeoutMs);
    afterEach(() => suite.cleanup(), timeoutMs);
    afterAll(() => target?.close(), timeoutMs);

    register(suite);
  });
}
