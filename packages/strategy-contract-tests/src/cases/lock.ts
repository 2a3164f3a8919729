import type { LockHolder } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";

const MANY = 20;

/** Locks that all users of one platform see. */
export function lockCases(suite: Suite): void {
  const holder = (id: number | string, owner = `ada@bench-${id} (ofdeploy up, pid ${id})`): LockHolder => ({
    id: `holder-${id}`,
    owner,
    since: "2026-01-01T00:00:00.000Z",
  });

  /** The strategy, and names of locks that are let go of in the end, whoever holds them. */
  const locks = (context: TestContext) => {
    const strategy = suite.with(context, "lock");
    return {
      strategy,
      name(wanted = suite.name()): string {
        context.onTestFinished(async () => {
          const found = await strategy.lock(wanted, holder("of the tests"));
          await strategy.unlock(wanted, found?.id ?? holder("of the tests").id);
        });
        return wanted;
      },
    };
  };

  test("a lock that nobody holds is taken; one that is held tells its holder, whoever asks", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    expect(await strategy.lock(lock, holder(1))).toBeUndefined();
    expect(await strategy.lock(lock, holder(2))).toEqual(holder(1));
    expect(await strategy.lock(lock, holder(1))).toEqual(holder(1));
  });

  test("only its holder lets go of a lock, and then it is free", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    await strategy.lock(lock, holder(1));
    await strategy.unlock(lock, holder(2).id);
    expect(await strategy.lock(lock, holder(2))).toEqual(holder(1));
    await strategy.unlock(lock, holder(1).id);
    expect(await strategy.lock(lock, holder(2))).toBeUndefined();
    expect(await strategy.lock(lock, holder(1))).toEqual(holder(2));
  });

  test("letting go of a lock that nobody holds changes nothing", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    await strategy.unlock(lock, holder(1).id);
    await strategy.lock(lock, holder(1));
    await strategy.unlock(lock, holder(1).id);
    await strategy.unlock(lock, holder(1).id);
    expect(await strategy.lock(lock, holder(2))).toBeUndefined();
  });

  test(`of ${MANY} who try at once one gets it, and the others are told who`, async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    const all = Array.from({ length: MANY }, (_, number) => holder(number));
    for (let round = 0; round < 3; round += 1) {
      const told = await Promise.all(all.map((who) => strategy.lock(lock, who)));
      const winners = all.filter((_, number) => told[number] === undefined);
      expect(winners, "those who got it").toHaveLength(1);
      const [winner] = winners as [LockHolder];
      expect(told.filter((who) => who !== undefined)).toEqual(Array(MANY - 1).fill(winner));
      await strategy.unlock(lock, winner.id);
    }
  });

  test("each name is a lock of its own, whatever it is", async (context) => {
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

  test("a holder is told as it is", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    const odd = holder(1, `"Ada" = ${"ä".repeat(50)}, {{.Node.Hostname}} $HOME`);
    await strategy.lock(lock, odd);
    expect(await strategy.lock(lock, holder(2))).toEqual(odd);
  });

  test("a lock is no service, and in no service's way", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    await strategy.lock(lock, holder(1));
    expect(await suite.existing()).toEqual([]);
    await suite.running(suite.request({ name: lock }));
    await suite.strategy.remove(lock);
    expect(await strategy.lock(lock, holder(2))).toEqual(holder(1));
  });

  test("with a signal that has fired already: ABORTED, and nothing is taken or let go of", async (context) => {
    const { strategy, name } = locks(context);
    const lock = name();
    const aborted = { signal: AbortSignal.abort() };
    await suite.fails(strategy.lock(lock, holder(1), aborted), "ABORTED");
    expect(await strategy.lock(lock, holder(2))).toBeUndefined();
    await suite.fails(strategy.unlock(lock, holder(2).id, aborted), "ABORTED");
    expect(await strategy.lock(lock, holder(1))).toEqual(holder(2));
  });
}
