import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { differenceOf, type Differences } from "./differences.js";
import { Suite } from "./suite.js";
import type { ContractFactory, ContractTarget } from "./target.js";

interface TargetOptions {
  timeoutMs: number;
  patienceMs?: number;
  differs?: Differences;
}

/** Registers cases on a target that is made before the first of them and closed after the last. */
export function describeWithTarget(
  title: string,
  factory: ContractFactory,
  { timeoutMs, patienceMs, differs = {} }: TargetOptions,
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
    beforeEach((context) => {
      const reason = differenceOf(context.task, title, differs);
      if (reason !== undefined) context.skip(`declared to differ: ${reason}`);
    });
    afterEach(() => suite.cleanup(), timeoutMs);
    afterAll(() => target?.close(), timeoutMs);

    register(suite);
  });
}
