import { DeploymentError, parseRequest, type ProgressEvent, supports } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { expectRestUnset, expectSettings, fullName } from "../compare-settings.js";
import { everything } from "../samples/field-samples.js";
import type { Suite } from "../suite.js";
import { freeze } from "../utilities.js";

/** The result of a deploy is the state of the engine. */
export function deploymentCases(suite: Suite): void {
  test("operations ignore options of later contract versions", async () => {
    const { strategy } = suite;
    const later: object = { optionOfLaterVersion: { nested: true } };
    const request = suite.request();
    const { name } = request;
    await strategy.deploy(request, later);
    await suite.untilRunning(name);
    if (supports(strategy, "wait")) expect(await strategy.wait(name, later)).toMatchObject({ name });
    if (supports(strategy, "inspect")) expect(await strategy.inspect(name, later)).toMatchObject({ name });
    if (supports(strategy, "list")) expect((await strategy.list(later)).map((status) => status.name)).toContain(name);
    if (supports(strategy, "settings")) expect(await strategy.settingsOf(request, later)).toMatchObject({ name });
    if (supports(strategy, "update")) expect(await strategy.update(request, later)).toMatchObject({ name });
    await strategy.remove(name, later);
    expect(await suite.existing()).toEqual([]);
  });

  test("deploy() starts a service and returns its name, ids and image", async () => {
    const request = suite.request();
    const deployment = await suite.strategy.deploy(request);
    await suite.untilRunning(request.name);
    const settings = await suite.settings(request.name);
    expect(deployment.name).toBe(request.name);
    expect([...deployment.ids].sort()).toEqual([...settings.ids].sort());
    expect(deployment.ids.length).toBeGreaterThan(0);
    expect(fullName(deployment.image)).toBe(fullName(request.image));
    expect(deployment.warnings.filter(({ code }) => code === "FIELD_NOT_SUPPORTED")).toEqual([]);
    expect(await suite.existing()).toHaveLength(1);
  });

  test("deploy() sets no field that the request does not have", async () => {
    const request = suite.request();
    await suite.strategy.deploy(request);
    const settings = await suite.settings(request.name);
    expectSettings(settings, parseRequest(request));
    expectRestUnset(suite, settings, request);
    // The defaults of the contract.
    if (suite.isSupported({ restart: { Condition: "any" } })) expect(settings.restart?.Condition ?? "any").toBe("any");
    expect(settings.mode ?? { Replicated: { Replicas: 1 } }).toEqual({ Replicated: { Replicas: 1 } });
  });

  test("each progress event of deploy() names its service, and none comes after the result", async () => {
    const networks = suite.isSupported({ networks: ["x"] }) ? { networks: await suite.networks(1) } : {};
    const request = suite.request(networks);
    const events: ProgressEvent[] = [];
    const { warnings } = await suite.strategy.deploy(request, { observer: (event) => events.push(event) });
    const reported = [...events];
    await suite.lateEffects();
    expect(events, "no event after the result").toEqual(reported);
    for (const event of reported) expectComplete(event, request.name);
    for (const warning of warnings) expectComplete({ type: "warning", service: request.name, warning }, request.name);
  });

  /** The event has the fields of its type. */
  const expectComplete = (event: ProgressEvent, service: string): void => {
    expect(event.service, `the service of ${JSON.stringify(event)}`).toBe(service);
    switch (event.type) {
      case "step":
        return void expect(event.step).toMatch(/\S/);
      case "pull":
        return void expect([event.image, event.status]).toEqual([expect.stringMatching(/\S/), expect.any(String)]);
      case "waiting":
        return void expect([event.running, event.desired]).toEqual([expect.any(Number), expect.any(Number)]);
      case "warning": {
        const { code, reason, strategy } = event.warning;
        expect({ code, reason, strategy }).toEqual({
          code: expect.stringMatching(/^[A-Z_]+$/),
          reason: expect.stringMatching(/^\S[^\n]*$/),
          strategy: suite.manifest.name,
        });
        expect(event.warning.service).toBe(service);
      }
    }
  };

  test("deploy() applies all supported fields together", async () => {
    const request = suite.request({ ...(await everything(suite)), env: ["A=1"] });
    await suite.strategy.deploy(request, { strict: true });
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });
}

/** A strategy does not change the objects of its caller. */
export function inputUnchangedCases(suite: Suite): void {
  test("deploy() accepts a frozen request with every supported field and leaves it unchanged", async () => {
    const request = freeze(suite.request(await everything(suite)));
    const before = structuredClone(request);
    await suite.strategy.deploy(request, Object.freeze({ strict: false }));
    expect(request).toEqual(before);
  });

  test("deploy() ignores changes that the caller makes to the request while it runs", async () => {
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

  test("a request can be deployed twice under two names", async () => {
    const request = suite.request({ env: ["A=1"] });
    const other = suite.name();
    await suite.strategy.deploy(request);
    await suite.strategy.deploy({ ...request, name: other });
    for (const name of [request.name, other]) {
      expectSettings(await suite.settings(name), parseRequest({ ...request, name }));
    }
  });
}

/** A name in use is rejected, and its service stays unchanged. */
export function alreadyExistsCases(suite: Suite): void {
  test("deploy() with a name in use rejects with ALREADY_EXISTS and leaves the service unchanged", async () => {
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    const before = { settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) };
    for (const second of [request, { ...request, env: ["VERSION=2"] }]) {
      await suite.failsCleanly(() => suite.strategy.deploy(second), "ALREADY_EXISTS", request.name);
      expect({ settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) }).toEqual(
        before,
      );
    }
  });

  test("the name of a stopped service is in use", async (context) => {
    const stop = suite.probe(context, "stop");
    const request = await suite.deployRunning(suite.request());
    await stop(request.name);
    await suite.untilRunning(request.name, 0);
    await suite.failsCleanly(() => suite.strategy.deploy(request), "ALREADY_EXISTS", request.name);
    expect((await suite.probes.instances(request.name)).some(({ running }) => running)).toBe(false);
  });

  test("the name of a removed service is free", async () => {
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    await suite.strategy.remove(request.name);
    await suite.deployRunning({ ...request, env: ["VERSION=2"] });
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });
}

const MANY = 5;
const numbers = Array.from({ length: MANY }, (_, index) => index);

/** Concurrent operations. */
export function concurrencyCases(suite: Suite): void {
  test("concurrent deploys of different names all succeed, each with its own settings", async () => {
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

  test("of concurrent deploys of one name, one succeeds and the others reject with ALREADY_EXISTS", async () => {
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

  test("concurrent removals of one name remove the service, and late ones reject with NOT_FOUND", async () => {
    const { name } = await suite.deployRunning(suite.request());
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => suite.strategy.remove(name)));
    const codes = outcomes.map((outcome) =>
      outcome.status === "rejected" ? (outcome.reason as DeploymentError).code : "done",
    );
    expect(codes.filter((code) => code !== "NOT_FOUND").length, codes.join()).toBeGreaterThanOrEqual(1);
    expect(new Set(codes)).toEqual(new Set(codes.filter((code) => code === "done" || code === "NOT_FOUND")));
    expect(await suite.existing()).toEqual([]);
  });
}
