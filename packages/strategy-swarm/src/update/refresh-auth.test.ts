import type { ProgressEvent } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "../strategy.js";

const IMAGE = "r.io:5000/demo:1";
const spec = (more: object = {}, image = IMAGE) => ({
  Name: "demo",
  TaskTemplate: { ContainerSpec: { Image: image, Env: ["A=1"] } },
  ...more,
});
const service = (index = 7, more: object = {}) => ({ ID: "svc", Version: { Index: index }, Spec: spec(), ...more });
const known = { "images.credentials": () => ({ registry: "r.io:5000" }) };

/** A swarm with this service, which answers updates with `answers`. */
const swarm = (found: object, answers: Record<string, (...args: never[]) => unknown> = {}) => {
  const updates: unknown[][] = [];
  const { engine, calls } = fakeEngine({
    "services.list": () => [found],
    ...known,
    ...answers,
    "services.update": (...args: never[]) => {
      updates.push(args);
      return answers["services.update"]?.(...args) ?? { warnings: [] };
    },
  });
  return { strategy: new SwarmDeploymentStrategy(engine), updates, calls };
};

test("refreshAuth() stores the credentials by an update to the same spec", async () => {
  const { strategy, updates, calls } = swarm(service());
  const events: ProgressEvent[] = [];
  const observer = (event: ProgressEvent) => void events.push(event);
  expect(await strategy.refreshAuth("demo", { observer })).toEqual({ name: "demo", renewed: true, warnings: [] });
  expect(updates).toEqual([["svc", 7, spec(), { image: IMAGE }]]);
  expect(calls).toEqual(["services.list", "services.update svc"]);
  expect(events).toEqual([{ type: "step", service: "demo", step: "refresh-auth", id: "svc" }]);
});

describe("refreshAuth() of a service whose version has changed", () => {
  test("tries again while the spec is the same", async () => {
    let attempts = 0;
    const { strategy, updates } = swarm(service(7), {
      "services.update": () => (++attempts < 3 ? fails("CONFLICT")() : undefined),
      "services.inspect": () => service(7 + attempts),
    });
    expect((await strategy.refreshAuth("demo")).renewed).toBe(true);
    expect(updates.map(([, version]) => version)).toEqual([7, 8, 9]);
  });

  test("rejects with CONFLICT when the spec was changed, and does not undo the change", async () => {
    const { strategy, updates } = swarm(service(7), {
      "services.update": fails("CONFLICT"),
      "services.inspect": () => service(8, { Spec: spec({ Labels: { changed: "1" } }) }),
    });
    await expect(strategy.refreshAuth("demo")).rejects.toMatchObject({
      code: "CONFLICT",
      service: "demo",
      strategy: "swarm",
    });
    expect(updates).toHaveLength(1);
  });

  test("rejects after five attempts, or when the signal fires", async () => {
    const never = { "services.update": fails("CONFLICT"), "services.inspect": () => service(8) };
    const busy = swarm(service(7), never);
    await expect(busy.strategy.refreshAuth("demo")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(busy.updates).toHaveLength(5);
    const abort = new AbortController();
    const aborted = swarm(service(7), { ...never, "services.inspect": () => (abort.abort(), service(8)) });
    await expect(aborted.strategy.refreshAuth("demo", { signal: abort.signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });
});

test("refreshAuth() rejects at once with any other error", async () => {
  const { strategy, updates } = swarm(service(), { "services.update": fails("ENGINE_UNREACHABLE") });
  await expect(strategy.refreshAuth("demo")).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  expect(updates).toHaveLength(1);
});

test.each([
  ["updating", "The last update of service demo is in progress."],
  ["paused", "The last update of service demo is paused."],
  ["rollback_started", "The rollback of service demo is in progress."],
  ["rollback_paused", "The rollback of service demo is paused."],
])("refreshAuth() rejects with CONFLICT when the service is %s", async (State, message) => {
  const { strategy, updates } = swarm(service(7, { UpdateStatus: { State } }));
  await expect(strategy.refreshAuth("demo")).rejects.toMatchObject({
    code: "CONFLICT",
    message,
    hint: expect.any(String),
  });
  expect(updates).toEqual([]);
});

test.each(["completed", "rollback_completed"])(
  "refreshAuth() stores credentials when the update state is %s",
  async (State) => {
    expect(await swarm(service(7, { UpdateStatus: { State } })).strategy.refreshAuth("demo")).toMatchObject({
      renewed: true,
    });
  },
);

describe("refreshAuth() makes no update without credentials to store", () => {
  test.each([
    ["config.json has none", service(), { "images.credentials": () => undefined }, "no credentials for r.io:5000"],
    [
      "the pull policy is never",
      service(7, { Spec: spec({ Labels: { "org.openfactory.deploy.pull-policy": "never" } }) }),
      {},
      "pull policy of service demo is never",
    ],
    ["the image is an id", service(7, { Spec: spec({}, `sha256:${"a".repeat(64)}`) }), {}, "is an image id"],
  ])("%s", async (_, found, answers, words) => {
    const { strategy, updates } = swarm(found, answers);
    const events: string[] = [];
    const result = await strategy.refreshAuth("demo", { observer: ({ type }) => void events.push(type) });
    expect(result).toMatchObject({
      renewed: false,
      warnings: [
        { code: "NO_CREDENTIALS", service: "demo", strategy: "swarm", reason: expect.stringContaining(words) },
      ],
    });
    expect(events).toEqual(["warning"]);
    expect(updates).toEqual([]);
  });

  test("the credential helper fails: UNAUTHORIZED", async () => {
    const problem = {
      message: "The credential helper docker-credential-x returned no credentials",
      hint: "Repair it.",
    };
    const { strategy, updates } = swarm(service(), {
      "images.credentials": () => ({ registry: "r.io:5000", problem, unavailable: true }),
    });
    await expect(strategy.refreshAuth("demo")).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      service: "demo",
      message: `${problem.message}.`,
      hint: "Repair it.",
    });
    expect(updates).toEqual([]);
  });
});

test("refreshAuth() warns about the loss of the earlier version, if there is one", async () => {
  const other = service(7, { PreviousSpec: spec({ Labels: { older: "1" } }) });
  expect((await swarm(other).strategy.refreshAuth("demo")).warnings).toMatchObject([
    { code: "PREVIOUS_VERSION_LOST", service: "demo", reason: expect.stringContaining("rollback") },
  ]);
  expect((await swarm(service(7, { PreviousSpec: spec() })).strategy.refreshAuth("demo")).warnings).toEqual([]);
});

test("refreshAuth() of a missing service rejects with NOT_FOUND", async () => {
  await expect(swarm(service()).strategy.refreshAuth("demo-x")).rejects.toMatchObject({
    code: "NOT_FOUND",
    service: "demo-x",
  });
});
