import type { DockerEngine } from "@openfactory/docker-engine";
import { expect, test } from "vitest";
import { MemoryEngine } from "../../test/memory-engine.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const COUNT = 12;
const SLOTS = 8;
const names = Array.from({ length: COUNT }, (_, index) => `app${index}`);
const plain = { image: "app:1" };
const withPort = (index: number) => ({ ...plain, ports: { [8000 + index]: 80 } });

type Containers = DockerEngine["containers"];

/** An engine in memory, with some of its calls replaced. */
function strategyWith(replace: (containers: Containers) => Partial<Containers>) {
  const memory = new MemoryEngine();
  const engine = memory.engine();
  const strategy = new LocalDockerDeploymentStrategy({
    ...engine,
    containers: { ...engine.containers, ...replace(engine.containers) },
  });
  const count = (pattern: RegExp): number => memory.calls.filter((call) => pattern.test(call)).length;
  return { memory, strategy, count };
}

test.each(["create", "start", "remove"] as const)(
  "at most 8 calls to %s containers of an engine are in progress",
  async (kind) => {
    let [now, most] = [0, 0];
    const { strategy } = strategyWith((containers) => ({
      async [kind](...args: unknown[]) {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setImmediate(resolve));
        const result = await (containers[kind] as (...all: unknown[]) => Promise<unknown>)(...args);
        now -= 1;
        return result;
      },
    }));
    await Promise.all(names.map((name) => strategy.deploy({ name, ...plain })));
    await Promise.all(names.map((name) => strategy.remove(name)));
    expect(most).toBe(SLOTS);
  },
);

test("updates that wait until the new version is ready hold no slot", async () => {
  const { strategy, count } = strategyWith(() => ({}));
  await Promise.all(names.map((name) => strategy.deploy({ name, ...plain })));
  const caller = new AbortController();
  const options = { settleMs: 1e12, signal: caller.signal };
  const updates = names.map((name) => strategy.update({ name, image: "app:2" }, options));
  const ended = Promise.allSettled(updates);
  await expect.poll(() => count(/^start app\d+\.candidate/)).toBe(COUNT);
  caller.abort();
  await ended;
});

test.each([
  ["start-first", () => plain],
  ["stop-first", withPort],
])("updates %s that wait until the old version has exited hold no slot", async (_, request) => {
  const gate = Promise.withResolvers<void>();
  let stopping = 0;
  const { strategy } = strategyWith(({ stop }) => ({
    async stop(...args) {
      stopping += 1;
      await gate.promise;
      return stop(...args);
    },
  }));
  await Promise.all(names.map((name, index) => strategy.deploy({ name, ...request(index) })));
  const updates = names.map((name, index) => strategy.update({ name, ...request(index), image: "app:2" }));
  await expect.poll(() => stopping).toBe(COUNT);
  await strategy.deploy({ name: "other", ...plain });
  gate.resolve();
  await Promise.all(updates);
});

test("a deploy that is aborted while it waits for a slot creates nothing", async () => {
  const gate = Promise.withResolvers<void>();
  const { strategy, memory } = strategyWith(({ start }) => ({
    async start(...args) {
      await gate.promise;
      return start(...args);
    },
  }));
  const others = names.slice(0, SLOTS).map((name) => strategy.deploy({ name, ...plain }));
  await expect.poll(() => memory.calls).toHaveLength(SLOTS);
  const caller = new AbortController();
  const late = strategy.deploy({ name: "late", ...plain }, { signal: caller.signal });
  await expect.poll(() => memory.calls.length).toBeGreaterThanOrEqual(SLOTS);
  caller.abort();
  gate.resolve();
  await expect(late).rejects.toMatchObject({ code: "ABORTED" });
  await Promise.all(others);
  expect(memory.calls).not.toContain("create late");
});
