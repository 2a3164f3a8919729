import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

const holder = { id: "1", owner: "ada@bench-pc (ofdeploy up, pid 1)", since: "2026-01-01T00:00:00Z" };
const locking = (answers: Parameters<typeof fakeEngine>[0]) => {
  const { engine, calls } = fakeEngine(answers);
  return { strategy: new LocalDockerDeploymentStrategy(engine), calls };
};
/** Volumes as an engine keeps them: a second creation does not change the labels. */
function volumes() {
  const existing = new Map<string, { Name: string; Labels: Record<string, string> }>();
  return {
    existing,
    answers: {
      "volumes.create": (body: { Name: string; Labels: Record<string, string> }) => {
        const volume = existing.get(body.Name) ?? body;
        existing.set(body.Name, volume);
        return volume;
      },
      "volumes.inspect": (name: string) => existing.get(name) ?? fails("NOT_FOUND")(),
      "volumes.list": () => [...existing.values()],
      "volumes.remove": (name: string) => void existing.delete(name),
    },
  };
}

const bob = { id: "2", owner: "bob@desk (ofdeploy down, pid 2)", since: "2026-01-02T00:00:00Z" };

test("lock() takes three calls, and one if the lock is held", async () => {
  const { strategy, calls } = locking(volumes().answers);
  expect(await strategy.lock("weather", holder)).toBeUndefined();
  expect(calls.splice(0)).toEqual(["volumes.create", "volumes.create", "volumes.list"]);
  expect(await strategy.lock("weather", bob)).toEqual(holder);
  expect(calls).toEqual(["volumes.create"]);
});

test("lock() does not acquire a lock whose entry was removed by a slow takeover while its claim exists", async () => {
  const { answers, existing } = volumes();
  const { strategy } = locking(answers);
  await strategy.lock("weather", holder);
  existing.delete([...existing.keys()].sort()[0] ?? "");
  expect(await strategy.lock("weather", bob)).toEqual(holder);
  expect(existing.size, "the claim").toBe(1);
  await strategy.unlock("weather", holder.id);
  expect(existing.size).toBe(0);
});

test("lock() starts again if another run removes its claim by force", async () => {
  const { answers, existing } = volumes();
  let removals = 0;
  const { strategy } = locking({
    ...answers,
    "volumes.list": () => {
      if ((removals += 1) === 1) existing.clear();
      return answers["volumes.list"]();
    },
  });
  expect(await strategy.lock("weather", holder)).toBeUndefined();
  expect(existing.size, "an entry and a claim").toBe(2);
});

test("lock() replaces an entry without labels, which an engine leaves that is killed while it creates the volume", async () => {
  const { answers, existing } = volumes();
  const { strategy } = locking(answers);
  await strategy.lock("weather", holder);
  const [entry = ""] = [...existing.keys()].sort();
  existing.clear();
  existing.set(entry, { Name: entry, Labels: null as never });
  expect(await strategy.lock("weather", bob)).toBeUndefined();
  expect(await strategy.lock("weather", holder)).toEqual(bob);
});

test("lock() returns the holder if the same holder acquires the lock again", async () => {
  const { strategy } = locking(volumes().answers);
  await strategy.lock("weather", holder);
  expect(await strategy.lock("weather", holder)).toEqual(holder);
});

test("unlock() does not remove a volume of the lock's name without the lock's labels", async () => {
  const { answers, existing } = volumes();
  const { strategy } = locking(answers);
  await strategy.lock("weather", holder);
  for (const name of existing.keys()) existing.set(name, { Name: name, Labels: null as never });
  await strategy.unlock("weather", "1");
  expect(existing.size, "entry and claim").toBe(2);
});

test("lock() releases the lock when it is aborted", async () => {
  const { answers, existing } = volumes();
  const controller = new AbortController();
  const { strategy } = locking({
    ...answers,
    "volumes.create": (body: never) => {
      controller.abort();
      return answers["volumes.create"](body);
    },
  });
  await expect(strategy.lock("weather", holder, { signal: controller.signal })).rejects.toMatchObject({
    code: "ABORTED",
  });
  expect(existing.size).toBe(0);
});

test("lock() finds out whether the lock is held if the engine did not answer", async () => {
  const { answers } = volumes();
  const lost = (body: never) => {
    answers["volumes.create"](body);
    return fails("TIMEOUT")();
  };
  const { strategy } = locking({ ...answers, "volumes.create": lost });
  expect(await strategy.lock("weather", holder)).toBeUndefined();
  await expect(strategy.lock("weather", holder)).rejects.toMatchObject({ code: "TIMEOUT", strategy: "docker" });
});
