import { DeploymentError } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { elsewhere } from "./diagnose.js";

const labels = { project: "factory", tier: "a" };

test("elsewhere() returns the services of the engine's swarm that carry every label", async () => {
  const { engine, calls } = fakeEngine({
    "services.list": () => [
      { Spec: { Name: "web", Labels: labels } },
      { Spec: { Name: "db", Labels: { ...labels, more: "1" } } },
      { Spec: { Name: "other", Labels: { project: "factory" } } },
      { Spec: { Name: "bare" } },
    ],
  });
  expect(await elsewhere(engine, { labels })).toEqual([
    { platform: "swarm", services: ["db", "web"], reason: "This engine is a Swarm manager" },
  ]);
  expect(calls).toEqual(["services.list"]);
});

test.each(["NOT_A_SWARM_MANAGER", "NOT_FOUND"] as const)(
  "elsewhere() returns nothing when the engine answers %s",
  async (code) => {
    const { engine } = fakeEngine({ "services.list": fails(code, "no swarm here") });
    expect(await elsewhere(engine, { labels })).toEqual([]);
  },
);

test("elsewhere() rejects with any other error", async () => {
  const { engine } = fakeEngine({ "services.list": fails("ENGINE_ERROR", "broken") });
  const error: unknown = await elsewhere(engine, { labels }).catch((reason: unknown) => reason);
  expect(DeploymentError.isInstance(error, "ENGINE_ERROR")).toBe(true);
});
