import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { ALL, app, fail, memory, project } from "../../test/fixtures.js";
import { down } from "../operations/down.js";
import { up } from "../operations/up.js";
import { whileAnswering } from "./answering.js";

const silent = (): DeploymentError =>
  new DeploymentError("TIMEOUT", "The engine did not answer.", { cause: { code: "ETIMEDOUT", message: "no answer" } });
const notReady = (): DeploymentError => new DeploymentError("TIMEOUT", "Service web was not ready.");

test("a strategy is no longer called after two calls in a row without an answer", async () => {
  const strategy = memory();
  strategy.intercept = () => {
    throw silent();
  };
  const guarded = whileAnswering(strategy);
  await expect(guarded.list()).rejects.toMatchObject({ message: "The engine did not answer." });
  await expect(guarded.list()).rejects.toMatchObject({ message: "The engine did not answer." });
  strategy.intercept = undefined;
  await expect(guarded.inspect("web")).rejects.toMatchObject({
    code: "TIMEOUT",
    message: "The engine did not answer the last 2 calls, so no more were made.",
  });
  expect(strategy.calls).toEqual(["list", "list"]);
});

test("an answer in between, also an error, is an answer; calls at the same time count as one", async () => {
  const strategy = memory();
  const answers = [silent, notReady, silent, undefined, silent];
  strategy.intercept = (_call, phase) => {
    const error = phase === "before" ? answers.shift()?.() : undefined;
    if (error !== undefined) throw error;
  };
  const guarded = whileAnswering(strategy);
  for (let call = 0; call < 5; call += 1) await guarded.list().catch(() => {});
  expect(strategy.calls).toHaveLength(5);
  strategy.intercept = () => {
    throw silent();
  };
  const other = whileAnswering(strategy);
  await Promise.allSettled([other.list(), other.list(), other.list()]);
  await expect(other.list()).rejects.toMatchObject({ message: "The engine did not answer." });
});

test("up() and down() on an engine that hangs end after a few calls, name the remaining services, and try to release the lock", async () => {
  const apps = Array.from({ length: 40 }, (_, index) => app(`app-${index}`));
  const strategy = memory({ capabilities: ALL });
  fail(strategy, "app-39", {});
  let hangs = false;
  strategy.intercept = (call) => {
    if (call === "deploy app-20") hangs = true;
    if (hangs) throw silent();
  };
  const report = await up(strategy, project(...apps));
  expect(report.outcome).toBe("failed");
  const left = report.apps.filter(({ leftBehind }) => leftBehind !== undefined);
  expect(left.length).toBeGreaterThan(19);
  expect(left[0]?.leftBehind?.message).toMatch(/did not answer/);
  const failedAt = strategy.calls.indexOf("deploy app-20");
  expect(strategy.calls.slice(failedAt).length).toBeLessThan(60);
  expect(strategy.calls.at(-1)).toBe("unlock factory");

  hangs = false;
  strategy.intercept = (call) => {
    if (call.startsWith("remove")) hangs = true;
    if (hangs) throw silent();
  };
  strategy.engine.locks.clear();
  strategy.calls.length = 0;
  const removal = await down(strategy, project(...apps));
  expect(removal.outcome).toBe("failed");
  expect(strategy.calls.filter((call) => call.startsWith("remove")).length).toBeLessThan(40);
});
