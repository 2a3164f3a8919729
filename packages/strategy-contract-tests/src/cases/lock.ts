import type { LockHolder } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";

const MANY = 20;

/** Locks that all users of a platform share. */
export function lockCases(suite: Suite): void {
  const holder = (id: number | string, owner = `ada@bench-${id} (ofdeploy up, pid ${id})`): LockHolder => ({
    id: `holder-${id}`,
    owner,
    since: "2026-01-01T00:00:00.000Z",
  });

  /** The strategy, and names of locks that are released after the case, whoever holds them. */
  const locks = (context: TestContext) => {
    const strategy = suite.with(context, "lock");
    return {
      strategy,
      name(lockName = suite.name()): string {
        context.onTestFinished(async () => {
          const found = await strategy.lock(lockName, holder("of the tests"));
          await strategy.unlock(lockName, found?.id ?? holder("of the tests").id);
        });
        return lockName;
      },
    };
  };

  test("lock() takes a free lock, and returns the holder of a held one", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    expect(await strategy.lock(lock, holder(1))).toBeUndefined();
    expect(await strategy.lock(lock, holder(2))).toEqual(holder(1));
    expect(await strategy.lock(lock, holder(1))).toEqual(holder(1));
  });

  test("unlock() releases a lock for its holder only", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    await strategy.lock(lock, holder(1));
    await strategy.unlock(lock, holder(2).id);
    expect(await strategy.lock(lock, holder(2))).toEqual(holder(1));
    await strategy.unlock(lock, holder(1).id);
    expect(await strategy.lock(lock, holder(2))).toBeUndefined();
    expect(await strategy.lock(lock, holder(1))).toEqual(holder(2));
  });

  test("unlock() of a free lock changes nothing", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    await strategy.unlock(lock, holder(1).id);
    await strategy.lock(lock, holder(1));
    await strategy.unlock(lock, holder(1).id);
    await strategy.unlock(lock, holder(1).id);
    expect(await strategy.lock(lock, holder(2))).toBeUndefined();
  });

  test(`of ${MANY} concurrent calls of lock(), one gets the lock and the others get its holder`, async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    const all = Array.from({ length: MANY }, (_, number) => holder(number));
    for (let round = 0; round < 3; round += 1) {
      const holders = await Promise.all(all.map((who) => strategy.lock(lock, who)));
      const winners = all.filter((_, number) => holders[number] === undefined);
      expect(winners, "holders").toHaveLength(1);
      const [winner] = winners as [LockHolder];
      expect(holders.filter((who) => who !== undefined)).toEqual(Array(MANY - 1).fill(winner));
      await strategy.unlock(lock, winner.id);
    }
  });

  test("each name is a separate lock, with any characters", async (context) => {
    const { strategy, name } = locks(context);
    const plain = suite.name();
    const names = [
      plain,
      `${plain}-x`,
      `${plain}.x`,
      `${plain}_x`,
      plain.toUpperCase(),
      `${plain} of ada`,
      `${plain}/../x`,
      `${plain}ß`,
      `${plain}${"x".repeat(100)}`,
    ];
    for (const [number, lock] of names.entries())
      expect(await strategy.lock(name(lock), holder(number)), lock).toBeUndefined();
    for (const [number, lock] of names.entries())
      expect(await strategy.lock(lock, holder("x")), lock).toEqual(holder(number));
  });

  test("lock() returns the holder unchanged", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    const odd = holder(1, `"Ada" = ${"ä".repeat(50)}, {{.Node.Hostname}} $HOME`);
    await strategy.lock(lock, odd);
    expect(await strategy.lock(lock, holder(2))).toEqual(odd);
  });

  test("a lock is not a service and does not block one", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    await strategy.lock(lock, holder(1));
    expect(await suite.existing()).toEqual([]);
    await suite.deployRunning(suite.request({ name: lock }));
    await suite.strategy.remove(lock);
    expect(await strategy.lock(lock, holder(2))).toEqual(holder(1));
  });

  test("lock() and unlock() with an aborted signal reject with ABORTED and change nothing", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    const aborted = { signal: AbortSignal.abort() };
    await suite.fails(strategy.lock(lock, holder(1), aborted), "ABORTED");
    expect(await strategy.lock(lock, holder(2))).toBeUndefined();
    await suite.fails(strategy.unlock(lock, holder(2).id, aborted), "ABORTED");
    expect(await strategy.lock(lock, holder(1))).toEqual(holder(2));
  });
}
