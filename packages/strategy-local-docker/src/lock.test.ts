import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

const holder = { id: "1", owner: "ada@bench-pc (ofdeploy up, pid 1)", since: "2026-01-01T00:00:00Z" };
const locking = (answers: Parameters<typeof fakeEngine>[0]) => {
  const { engine, calls } = fakeEngine(answers);
  return { strategy: new LocalDockerDeploymentStrategy(engine), calls };
};
/** Volumes as an engine has them: the first labels stay. */
function volumes() {
  const there = new Map<string, { Name: string; Labels: Record<string, string> }>();
  return {
    there,
    answers: {
      "volumes.create": (body: { Name: string; Labels: Record<string, string> }) => {
        const volume = there.get(body.Name) ?? body;
        there.set(body.Name, volume);
        return volume;
      },
      "volumes.inspect": (name: string) => there.get(name) ?? fails("NOT_FOUND")(),
      "volumes.remove": (name: string) => void there.delete(name),
    },
  };
}

test("taking a lock is one call", async () => {
  const { strategy, calls } = locking(volumes().answers);
  expect(await strategy.lock("weather", holder)).toBeUndefined();
  expect(calls).toEqual(["volumes.create"]);
});

test("its own holder is told as any other", async () => {
  const { strategy } = locking(volumes().answers);
  await strategy.lock("weather", holder);
  expect(await strategy.lock("weather", holder)).toEqual(holder);
});

test("a volume of that name that somebody else has made is nobody's to let go of", async () => {
  const { answers, there } = volumes();
  const { strategy } = locking(answers);
  await strategy.lock("weather", holder);
  for (const name of there.keys()) there.set(name, { Name: name, Labels: null as never });
  expect(await strategy.lock("weather", holder)).toEqual({ id: "", owner: "somebody else", since: "" });
  await strategy.unlock("weather", "1");
  expect(there.size).toBe(1);
});

test("an abort while it is taken lets go of it", async () => {
  const { answers, there } = volumes();
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
  expect(there.size).toBe(0);
});

test("one whose answer never came is looked for", async () => {
  const { answers } = volumes();
  const lost = (body: never) => {
    answers["volumes.create"](body);
    return fails("TIMEOUT")();
  };
  const { strategy } = locking({ ...answers, "volumes.create": lost });
  expect(await strategy.lock("weather", holder)).toBeUndefined();
  await expect(strategy.lock("weather", holder)).rejects.toMatchObject({ code: "TIMEOUT", strategy: "docker" });
});
