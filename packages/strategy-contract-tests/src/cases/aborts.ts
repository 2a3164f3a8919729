import { setTimeout as delay } from "node:timers/promises";
import { DeploymentError, type DeployRequest, type ProgressEvent, supports } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import type { Suite } from "../suite.js";
import { collect } from "../utilities.js";

/** Deploys that are aborted before, during and after. */
export function abortDeployCases(suite: Suite): void {
  const expectNothing = async (): Promise<void> => {
    expect(await suite.existing(), "nothing is left behind").toEqual([]);
    // The engine may complete a call that the client interrupted.
    await suite.lateEffects();
    expect(await suite.existing(), "nothing appears later").toEqual([]);
  };

  /** A request with everything that takes a separate step. */
  const manySteps = async (): Promise<DeployRequest> => {
    const networks = suite.isSupported({ networks: ["x"] }) ? await suite.networks(2) : undefined;
    const ports = suite.isSupported({ ports: { 80: 80 } }) ? { [await suite.freePort()]: 80 } : undefined;
    return suite.request({ ...(networks && { networks }), ...(ports && { ports }) });
  };

  test("deploy() with an aborted signal rejects with ABORTED and does nothing", async () => {
    const request = suite.request();
    const events: ProgressEvent[] = [];
    const options = { signal: AbortSignal.abort(), observer: (event: ProgressEvent) => events.push(event) };
    await suite.fails(suite.strategy.deploy(request, options), "ABORTED", request.name);
    expect(events.filter(({ type }) => type !== "warning")).toEqual([]);
    await expectNothing();
  });

  test("deploy() aborted at each progress event rejects with ABORTED, leaves nothing behind and frees the name", async (context) => {
    const request = await manySteps();
    const all: ProgressEvent[] = [];
    await suite.strategy.deploy(request, { observer: (event) => all.push(event) });
    await suite.strategy.remove(request.name, { wait: true });
    if (all.length === 0) context.skip("the strategy reports no progress");
    for (let stop = 0; stop < all.length; stop += 1) {
      const controller = new AbortController();
      let seen = 0;
      const observer = () => {
        if (seen === stop) controller.abort();
        seen += 1;
      };
      const deploying = suite.strategy.deploy(request, { signal: controller.signal, observer });
      await suite.fails(deploying, "ABORTED", request.name);
      await expectNothing();
    }
    await suite.deployRunning(request);
  });

  describe("deploy() aborted at any time either completes or leaves nothing behind", () => {
    test.for([0, 1, 3, 10, 30, 60, 100, 200, 400])("after %i ms", async (ms) => {
      const request = await manySteps();
      const controller = new AbortController();
      const deploying = suite.strategy.deploy(request, { signal: controller.signal }).then(
        () => true,
        (error: unknown) => (DeploymentError.isInstance(error, "ABORTED") ? false : Promise.reject(error)),
      );
      await delay(ms);
      controller.abort();
      if (await deploying) await suite.untilRunning(request.name);
      else await expectNothing();
    });
  });

  test("deploy() rejects with the reason of the signal if that is a DeploymentError", async () => {
    const request = suite.request();
    const reason = new DeploymentError("TIMEOUT", "It took too long.", { hint: "Give it more time." });
    await suite.fails(suite.strategy.deploy(request, { signal: AbortSignal.abort(reason) }), "TIMEOUT", request.name);
    await expectNothing();
  });

  test("a signal that is aborted after deploy() has no effect", async () => {
    const controller = new AbortController();
    const request = suite.request();
    await suite.strategy.deploy(request, { signal: controller.signal });
    await suite.untilRunning(request.name);
    const before = await suite.probes.instances(request.name);
    controller.abort();
    await suite.lateEffects();
    expect(await suite.probes.instances(request.name)).toEqual(before);
  });
}

/** Reads with a signal that is aborted before. */
export function abortedReadsCases(suite: Suite): void {
  const signal = AbortSignal.abort();

  test("inspect() with an aborted signal rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "inspect");
    const { name } = await suite.deployRunning(suite.request());
    await suite.fails(strategy.inspect(name, { signal }), "ABORTED", name);
  });

  test("list() with an aborted signal rejects with ABORTED", async (context) => {
    await suite.fails(suite.with(context, "list").list({ signal }), "ABORTED");
  });

  test("wait() with an aborted signal rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "wait");
    const { name } = await suite.deployRunning(suite.request());
    await suite.fails(strategy.wait(name, { signal }), "ABORTED", name);
  });

  test("a read rejects with the reason of the signal if that is a DeploymentError", async (context) => {
    const strategy = suite.with(context, "inspect");
    const { name } = await suite.deployRunning(suite.request());
    const reason = new DeploymentError("TIMEOUT", "It took too long.", { hint: "Give it more time." });
    const options = { signal: AbortSignal.abort(reason) };
    await suite.fails(strategy.inspect(name, options), "TIMEOUT", name);
    if (supports(strategy, "wait")) await suite.fails(strategy.wait(name, options), "TIMEOUT", name);
    if (supports(strategy, "logs")) await suite.fails(collect(strategy.logs(name, options)), "TIMEOUT", name);
    if (supports(strategy, "list")) await suite.fails(strategy.list(options), "TIMEOUT");
  });
}
