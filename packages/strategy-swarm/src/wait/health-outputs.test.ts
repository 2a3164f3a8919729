import { fails, fakeEngine } from "@openfactory/docker-probes";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { service, task } from "../engine-answers.test.data.js";
import { HealthOutputs } from "./health-outputs.js";

const checked = service({
  ContainerSpec: { Image: "demo:1", Env: ["WAY=no route"], Healthcheck: { Test: ["CMD-SHELL", "exit 1"] } },
});
const starting = (number: number) => task(number, "starting", { ContainerStatus: { ContainerID: `c${number}` } });
const observed = (...tasks: object[]) => ({ service: checked, tasks, nodes: new Map() }) as never;
const failing = {
  State: { Health: { Status: "starting", FailingStreak: 1, Log: [{ ExitCode: 1, Output: "no route to db\n" }] } },
  Config: { Healthcheck: { Test: ["CMD-SHELL", "exit 1"] } },
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Describes a wait after each of some delays. */
async function describeAfter(outputs: HealthOutputs, found: never, ...delaysMs: number[]): Promise<string[]> {
  const texts: string[] = [];
  for (const delayMs of delaysMs) {
    await vi.advanceTimersByTimeAsync(delayMs);
    texts.push(outputs.describe(found));
  }
  return texts;
}

test("the output of a failed check is known three seconds after the wait began, without values of variables", async () => {
  const { engine, calls } = fakeEngine({ "containers.inspect": () => failing });
  const texts = await describeAfter(new HealthOutputs(engine), observed(starting(1)), 0, 2_900, 100, 100);
  expect(texts).toEqual(["", "", "", " (health check: exit code 1: *** to db)"]);
  expect(calls.length).toBe(1);
});

test("services that are waited for at the same time cause one lookup a second together", async () => {
  const { engine, calls } = fakeEngine({ "containers.inspect": () => failing });
  const outputs = Array.from({ length: 20 }, () => new HealthOutputs(engine));
  await vi.advanceTimersByTimeAsync(3_000);
  for (let round = 0; round < 20; round += 1) {
    for (const each of outputs) each.describe(observed(starting(1)));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(calls.length).toBe(2);
});

test("lookups take the tasks in turn, since only those on the manager's own node have an output", async () => {
  const { engine } = fakeEngine({
    "containers.inspect": (id: string) => (id === "c2" ? failing : (fails("NOT_FOUND") as () => never)()),
  });
  const texts = await describeAfter(new HealthOutputs(engine), observed(starting(1), starting(2)), 3_000, 1_000, 1_000);
  expect(texts).toEqual(["", "", " (health check: exit code 1: *** to db)"]);
});

test("the output is no longer shown once no task is starting", async () => {
  const { engine } = fakeEngine({ "containers.inspect": () => failing });
  const outputs = new HealthOutputs(engine);
  await describeAfter(outputs, observed(starting(1)), 3_000, 1_000);
  expect(outputs.describe(observed(task(1, "running")))).toBe("");
});
