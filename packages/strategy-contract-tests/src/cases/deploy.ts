import { DeploymentError, parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { expectRestUnset, expectSettings, fullName } from "../compare-settings.js";
import { everything } from "../samples/field-samples.js";
import type { Suite } from "../suite.js";
import { freeze } from "../utilities.js";

/** What a deploy gives back is what the engine has. */
export function deploymentCases(suite: Suite): void {
  test("a deploy makes a service that runs, and tells its name, ids and image", async () => {
    const request = suite.request();
    const deployment = await suite.strategy.deploy(request);
    await suite.untilRunning(request.name);
    const settings = await suite.settings(request.name);
    expect(deployment.name).toBe(request.name);
    expect([...deployment.ids].sort()).toEqual([...settings.ids].sort());
    expect(deployment.ids.length).toBeGreaterThan(0);
    expect(fullName(deployment.image)).toBe(fullName(request.image));
    expect(deployment.warnings.filter(({ code }) => code === "FIELD_NOT_HONOURED")).toEqual([]);
    expect(await suite.existing()).toHaveLength(1);
  });

  test("what a request leaves out is not set", async () => {
    const request = suite.request();
    await suite.strategy.deploy(request);
    const settings = await suite.settings(request.name);
    expectSettings(settings, parseRequest(request));
    expectRestUnset(suite, settings, request);
    // The defaults that the contract gives.
    if (suite.honours({ restart: { Condition: "any" } })) expect(settings.restart?.Condition ?? "any").toBe("any");
    expect(settings.mode ?? { Replicated: { Replicas: 1 } }).toEqual({ Replicated: { Replicas: 1 } });
  });

  test("all honoured fields together", async () => {
    const request = suite.request({ ...(await everything(suite)), env: ["A=1"] });
    await suite.strategy.deploy(request, { strict: true });
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });
}

/** The caller's objects are the caller's. */
export function inputUnchangedCases(suite: Suite): void {
  test("a frozen request with every honoured field deploys, and is what it was", async () => {
    const request = freeze(suite.request(await everything(suite)));
    const before = structuredClone(request);
    await suite.strategy.deploy(request, Object.freeze({ strict: false }));
    expect(request).toEqual(before);
  });

  test("what the caller does to the request while it is deployed changes nothing", async () => {
    const env = ["A=1"];
    const request = suite.request({ env });
    const deploying = suite.strategy.deploy(request);
    env[0] = "A=2";
    env.push("B=3");
    await deploying;
    const settings = await suite.settings(request.name);
    expect(settings.env).toContain("A=1");
    expect(settings.env).not.toContain("B=3");
  });

  test("a request deploys twice, under two names", async () => {
    const request = suite.request({ env: ["A=1"] });
    const other = suite.name();
    await suite.strategy.deploy(request);
    await suite.strategy.deploy({ ...request, name: other });
    for (const name of [request.name, other]) {
      expectSettings(await suite.settings(name), parseRequest({ ...request, name }));
    }
  });
}

/** A name in use is refused, and what has it is as it was. */
export function alreadyExistsCases(suite: Suite): void {
  test("a name in use: ALREADY_EXISTS, the service as it was", async () => {
    const request = await suite.running(suite.request({ env: ["VERSION=1"] }));
    const before = { settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) };
    for (const second of [request, { ...request, env: ["VERSION=2"] }]) {
      await suite.failsCleanly(() => suite.strategy.deploy(second), "ALREADY_EXISTS", request.name);
      expect({ settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) }).toEqual(
        before,
      );
    }
  });

  test("the name of a service that is stopped is in use", async (context) => {
    const stop = suite.probe(context, "stop");
    const request = await suite.running(suite.request());
    await stop(request.name);
    await suite.untilRunning(request.name, 0);
    await suite.failsCleanly(() => suite.strategy.deploy(request), "ALREADY_EXISTS", request.name);
    expect((await suite.probes.instances(request.name)).some(({ running }) => running)).toBe(false);
  });

  test("a name that was removed is free", async () => {
    const request = await suite.running(suite.request({ env: ["VERSION=1"] }));
    await suite.strategy.remove(request.name);
    await suite.running({ ...request, env: ["VERSION=2"] });
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });
}

const MANY = 5;
const numbers = Array.from({ length: MANY }, (_, index) => index);

/** Several operations at the same time. */
export function concurrencyCases(suite: Suite): void {
  test("different names: all are there, each with its own settings", async () => {
    const requests = numbers.map((number) => suite.request({ env: [`NUMBER=${number}`] }));
    await Promise.all(requests.map((request) => suite.strategy.deploy(request)));
    expect(await suite.existing()).toEqual(requests.map(({ name }) => name).sort());
    for (const [number, { name }] of requests.entries()) {
      await suite.untilRunning(name);
      expect((await suite.settings(name)).env).toContain(`NUMBER=${number}`);
    }
    await Promise.all(requests.map(({ name }) => suite.strategy.remove(name)));
    expect(await suite.existing()).toEqual([]);
  });

  test("one name: exactly one wins, the others are ALREADY_EXISTS and leave it alone", async () => {
    const name = suite.name();
    const requests = numbers.map((number) => suite.request({ name, env: [`NUMBER=${number}`] }));
    const outcomes = await Promise.allSettled(requests.map((request) => suite.strategy.deploy(request)));
    const winners = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    const losses = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(winners).toHaveLength(1);
    expect(losses.map((error) => (DeploymentError.isInstance(error) ? error.code : String(error)))).toEqual(
      losses.map(() => "ALREADY_EXISTS"),
    );
    expect(await suite.existing()).toEqual([name]);
    await suite.untilRunning(name);
    expect((await suite.settings(name)).env).toContain(`NUMBER=${winners[0]}`);
  });

  test("removals of one name: it is gone, and whoever comes too late gets NOT_FOUND", async () => {
    const { name } = await suite.running(suite.request());
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => suite.strategy.remove(name)));
    const codes = outcomes.map((outcome) =>
      outcome.status === "rejected" ? (outcome.reason as DeploymentError).code : "done",
    );
    expect(codes.filter((code) => code !== "NOT_FOUND").length, codes.join()).toBeGreaterThanOrEqual(1);
    expect(new Set(codes)).toEqual(new Set(codes.filter((code) => code === "done" || code === "NOT_FOUND")));
    expect(await suite.existing()).toEqual([]);
  });
}
