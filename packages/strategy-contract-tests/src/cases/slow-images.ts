import { DeploymentError, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";
import type { SlowImage } from "../target.js";

/** Images whose pull takes long: within the deploy, or, of a strategy that only schedules, after it. */
export function slowImageCases(suite: Suite): void {
  const slow = async (context: TestContext): Promise<SlowImage> => {
    const { images } = suite.target;
    return images.slow ? images.slow() : context.skip("the target has no registry (images.slow)");
  };

  test("aborted while the image is pulled: ABORTED; nothing is left behind, now or later, and the name is free", async (context) => {
    const image = await slow(context);
    const request = suite.request({ image: image.reference });
    const controller = new AbortController();
    const deploying = suite.strategy.deploy(request, { signal: controller.signal }).then(
      () => true,
      (error: unknown) => (DeploymentError.isInstance(error, "ABORTED") ? false : Promise.reject(error)),
    );
    await image.asked;
    controller.abort();
    // What was scheduled already is removed while its image is still on its way.
    if (await deploying) await suite.strategy.remove(request.name, { wait: true });
    expect(await suite.existing(), "nothing is left behind").toEqual([]);
    image.letGo();
    await suite.lateEffects();
    expect(await suite.existing(), "nothing appears later").toEqual([]);
    await suite.running(request);
  });

  test("while it is pulled, others are deployed, and nobody is told that it runs; then it runs", async (context) => {
    const image = await slow(context);
    const request = suite.request({ image: image.reference });
    let done = false;
    const deploying = suite.strategy.deploy(request).finally(() => (done = true));
    await image.asked;
    await suite.running(suite.request());
    const { strategy } = suite;
    if (done && supports(strategy, "wait")) {
      await suite.fails(strategy.wait(request.name, { timeoutMs: 1500 }), "TIMEOUT", request.name);
    }
    expect((await suite.probes.instances(request.name)).filter(({ running }) => running)).toEqual([]);
    image.letGo();
    await deploying;
    await suite.untilRunning(request.name);
  });

  test("a time limit of the caller's while it is pulled: its error, and nothing is left behind", async (context) => {
    const image = await slow(context);
    const request = suite.request({ image: image.reference });
    const controller = new AbortController();
    const deploying = suite.strategy.deploy(request, { signal: controller.signal });
    const outcome = deploying.then(
      () => undefined,
      (error: unknown) => error,
    );
    await image.asked;
    const reason = new DeploymentError("TIMEOUT", "It took too long.", { hint: "Give it more time." });
    controller.abort(reason);
    const error = await outcome;
    image.letGo();
    if (error === undefined) return context.skip("the strategy schedules: its deploy is done before the pull begins");
    await suite.fails(deploying, "TIMEOUT", request.name);
    await suite.lateEffects();
    expect(await suite.existing(), "nothing is left behind").toEqual([]);
  });
}
