import { DeploymentError, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";
import type { SlowImage } from "../target.js";

/** `args` are passed to the image's entrypoint, and `command` replaces it. */
export function entrypointCases(suite: Suite): void {
  const output = async (name: string, line: string): Promise<readonly string[]> =>
    suite.eventually(
      `${name} writes ${line}`,
      () => suite.probes.output(name),
      (lines) => lines.includes(line),
    );

  test("args are passed to the image's entrypoint", async (context) => {
    suite.skipUnlessSupported(context, { args: ["x"] });
    const { name } = await suite.deployRunning(
      suite.request({ image: suite.target.images.withEntrypoint, args: ["one", "two"] }),
    );
    await output(name, "entrypoint one two");
  });

  test("command replaces the image's entrypoint", async (context) => {
    suite.skipUnlessSupported(context, { command: ["x"] });
    const command = suite.programs.print([{ stream: "stdout", line: "from the command" }]);
    const { name } = await suite.deployRunning(suite.request({ image: suite.target.images.withEntrypoint, command }));
    const lines = await output(name, "from the command");
    expect(lines.filter((line) => line.startsWith("entrypoint"))).toEqual([]);
  });
}

/** The image of a tag that has moved. */
export function pullPolicyCases(suite: Suite): void {
  const writes = (name: string, line: string) =>
    suite.eventually(
      `${name} writes ${line}`,
      () => suite.probes.output(name),
      (lines) => lines.includes(line),
    );

  test("`missing` runs an image that only the engine has", async () => {
    const policy = suite.isSupported({ imagePullPolicy: "missing" }) ? ({ imagePullPolicy: "missing" } as const) : {};
    await suite.deployRunning(suite.request(policy));
  });

  test("`never` runs an image that the engine has", async (context) => {
    suite.skipUnlessSupported(context, { imagePullPolicy: "never" });
    const deployment = await suite.strategy.deploy(suite.request({ imagePullPolicy: "never" }));
    await suite.untilRunning(deployment.name);
    expect(deployment.image).toBe(suite.target.images.plain);
  });

  test("`never` does not pull a missing image", async (context) => {
    suite.skipUnlessSupported(context, { imagePullPolicy: "never" });
    const { moving } = suite.target.images;
    if (moving === undefined) return context.skip("the target has no registry (images.moving)");
    const { reference } = await moving.call(suite.target.images);
    const request = suite.request({ image: reference, imagePullPolicy: "never" });
    await suite.failsCleanly(() => suite.strategy.deploy(request), "IMAGE_NOT_FOUND", request.name);
    await suite.deployRunning({ ...request, imagePullPolicy: "missing" });
  });

  test("`always` runs the current image of the registry", async (context) => {
    suite.skipUnlessSupported(context, { imagePullPolicy: "always" });
    const { moving } = suite.target.images;
    if (moving === undefined) return context.skip("the target has no registry (images.moving)");
    const image = await moving.call(suite.target.images);
    const first = suite.request({ image: image.reference, imagePullPolicy: "always" });
    await suite.deployRunning(first);
    await writes(first.name, "first");
    await suite.strategy.remove(first.name, { wait: true });
    await image.move();
    const second = { ...first, name: suite.name() };
    const deployment = await suite.strategy.deploy(second);
    await writes(second.name, "second");
    expect(deployment.image.startsWith(image.reference)).toBe(true);
  });
}

/** Images with a long pull: during the deploy, or after it if the strategy only schedules. */
export function slowImageCases(suite: Suite): void {
  const slow = async (context: TestContext): Promise<SlowImage> => {
    const { images } = suite.target;
    return images.slow ? images.slow() : context.skip("the target has no registry (images.slow)");
  };

  test("deploy() aborted during the pull rejects with ABORTED, leaves nothing behind and frees the name", async (context) => {
    const image = await slow(context);
    const request = suite.request({ image: image.reference });
    const controller = new AbortController();
    const deploying = suite.strategy.deploy(request, { signal: controller.signal }).then(
      () => true,
      (error: unknown) => (DeploymentError.isInstance(error, "ABORTED") ? false : Promise.reject(error)),
    );
    await image.requested;
    controller.abort();
    // A scheduled service is removed during the pull of its image.
    if (await deploying) await suite.strategy.remove(request.name, { wait: true });
    expect(await suite.existing(), "nothing is left behind").toEqual([]);
    image.release();
    await suite.lateEffects();
    expect(await suite.existing(), "nothing appears later").toEqual([]);
    await suite.deployRunning(request);
  });

  test("during the pull, other services deploy and the service does not count as running; then it runs", async (context) => {
    const image = await slow(context);
    const request = suite.request({ image: image.reference });
    let done = false;
    const deploying = suite.strategy.deploy(request).finally(() => (done = true));
    await image.requested;
    await suite.deployRunning(suite.request());
    const { strategy } = suite;
    if (done && supports(strategy, "wait")) {
      await suite.fails(strategy.wait(request.name, { timeoutMs: 1500 }), "TIMEOUT", request.name);
    }
    expect((await suite.probes.instances(request.name)).filter(({ running }) => running)).toEqual([]);
    image.release();
    await deploying;
    await suite.untilRunning(request.name);
  });

  test("deploy() aborted by a time limit during the pull rejects with its error and leaves nothing behind", async (context) => {
    const image = await slow(context);
    const request = suite.request({ image: image.reference });
    const controller = new AbortController();
    const deploying = suite.strategy.deploy(request, { signal: controller.signal });
    const outcome = deploying.then(
      () => undefined,
      (error: unknown) => error,
    );
    await image.requested;
    const reason = new DeploymentError("TIMEOUT", "It took too long.", { hint: "Give it more time." });
    controller.abort(reason);
    const error = await outcome;
    image.release();
    if (error === undefined) return context.skip("the strategy schedules: its deploy ends before the pull begins");
    await suite.fails(deploying, "TIMEOUT", request.name);
    await suite.lateEffects();
    expect(await suite.existing(), "nothing is left behind").toEqual([]);
  });
}

/** New credentials for a running service. */
export function refreshAuthCases(suite: Suite): void {
  test("refreshAuth() changes no setting and restarts nothing", async (context) => {
    const strategy = suite.with(context, "refreshAuth");
    const { name } = await suite.deployRunning(suite.request({ env: ["A=1"] }));
    await suite.untilRunning(name);
    const state = async () => ({ settings: await suite.settings(name), instances: await suite.probes.instances(name) });
    const before = await state();
    const refreshed = await strategy.refreshAuth(name);
    expect(refreshed).toMatchObject({ name, renewed: expect.any(Boolean), warnings: expect.any(Array) });
    // A restart would show a moment later.
    await suite.lateEffects();
    expect(await state()).toEqual(before);
  });

  test("refreshAuth() with an aborted signal rejects with ABORTED and changes nothing", async (context) => {
    const strategy = suite.with(context, "refreshAuth");
    const { name } = await suite.deployRunning(suite.request());
    const before = await suite.settings(name);
    await suite.fails(strategy.refreshAuth(name, { signal: AbortSignal.abort() }), "ABORTED", name);
    expect(await suite.settings(name)).toEqual(before);
  });

  test("refreshAuth() of a missing service rejects with NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "refreshAuth").refreshAuth(name), "NOT_FOUND", name);
  });
}
