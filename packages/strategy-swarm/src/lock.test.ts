import type { LockHolder } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "./strategy.js";

const ada: LockHolder = { id: "a1", owner: "ada@bench (ofdeploy up)", since: "2026-01-01T00:00:00Z" };
const bob: LockHolder = { id: "b2", owner: "bob@desk (ofdeploy down)", since: "2026-01-02T00:00:00Z" };

interface Config {
  Name: string;
  Labels: Record<string, string>;
  Data: string;
}

/** The configs of a swarm. `onCreate` and `onList` are called before the swarm answers. */
function swarm({
  onCreate,
  onList,
  lost,
}: { onCreate?: () => void; onList?: (configs: Map<string, Config>) => void; lost?: boolean } = {}) {
  const configs = new Map<string, Config>();
  let made = 0;
  const { engine, calls } = fakeEngine({
    "configs.list": () => {
      onList?.(configs);
      return [...configs].map(([ID, { Name, Labels }]) => ({ ID, Spec: { Name, Labels } }));
    },
    "configs.create": (body: Config) => {
      if ([...configs.values()].some(({ Name }) => Name === body.Name)) fails("CONFLICT")();
      configs.set(`c${(made += 1)}`, body);
      onCreate?.();
      if (lost) fails("TIMEOUT")();
      return `c${made}`;
    },
    "configs.remove": (id: string) => void configs.delete(id),
  });
  return { strategy: new SwarmDeploymentStrategy(engine), configs, calls };
}

test("lock() returns the holder of a lock in use, and only the holder releases it", async () => {
  const { strategy, configs } = swarm();
  expect(await strategy.lock("plant/line 1", ada)).toBeUndefined();
  expect(await strategy.lock("plant/line 1", bob)).toEqual(ada);
  expect(await strategy.lock("plant/line 1", ada), "a holder can't lock twice").toEqual(ada);
  expect(await strategy.lock("plant/line 2", bob)).toBeUndefined();
  await strategy.unlock("plant/line 1", bob.id);
  expect(await strategy.lock("plant/line 1", bob)).toEqual(ada);
  await strategy.unlock("plant/line 1", ada.id);
  await strategy.unlock("plant/line 1", ada.id);
  expect(await strategy.lock("plant/line 1", bob)).toBeUndefined();
  expect([...configs.values()].map(({ Name }) => Name)).toEqual([
    expect.stringMatching(/^openfactory-lock-[0-9a-f]{32}$/),
    expect.stringMatching(/^openfactory-lock-[0-9a-f]{32}$/),
  ]);
});

test("lock() acquires a lock that is released during the lookup of its holder", async () => {
  let lookups = 0;
  const { strategy, configs } = swarm({
    onList(all) {
      lookups += 1;
      if (lookups === 1) all.clear();
    },
  });
  await strategy.lock("line", ada);
  expect(await strategy.lock("line", bob)).toBeUndefined();
  expect([...configs.values()][0]?.Labels).toMatchObject({ "org.openfactory.deploy.lock.holder": "b2" });
});

describe("lock() when the answer is lost", () => {
  test("resolves if the lock was created", async () => {
    const { strategy } = swarm({ lost: true });
    expect(await strategy.lock("line", ada)).toBeUndefined();
    expect(await strategy.lock("line", bob)).toEqual(ada);
  });

  test("rejects with the error if the lock was not created", async () => {
    const { engine } = fakeEngine({ "configs.create": fails("TIMEOUT"), "configs.list": () => [] });
    await expect(new SwarmDeploymentStrategy(engine).lock("line", ada)).rejects.toMatchObject({
      code: "TIMEOUT",
      strategy: "swarm",
    });
  });
});

test("an aborted lock() leaves no lock", async () => {
  const controller = new AbortController();
  const { strategy, configs, calls } = swarm({ onCreate: () => controller.abort() });
  await expect(strategy.lock("line", ada, { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
  expect(configs.size).toBe(0);
  calls.length = 0;
  await expect(strategy.lock("line", ada, { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
  expect(calls).toEqual([]);
});

test("lock() rejects with errors of the engine", async () => {
  const { engine } = fakeEngine({ "configs.create": fails("NOT_A_SWARM_MANAGER") });
  await expect(new SwarmDeploymentStrategy(engine).lock("line", ada)).rejects.toMatchObject({
    code: "NOT_A_SWARM_MANAGER",
  });
});
