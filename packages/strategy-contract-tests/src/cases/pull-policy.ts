import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** Which image a tag means when it has moved. */
export function pullPolicyCases(suite: Suite): void {
  const writes = (name: string, line: string) =>
    suite.eventually(
      `${name} writes ${line}`,
      () => suite.probes.output(name),
      (lines) => lines.includes(line),
    );

  test("`missing` runs an image that only the engine has", async () => {
    const policy = suite.honours({ imagePullPolicy: "missing" }) ? ({ imagePullPolicy: "missing" } as const) : {};
    await suite.running(suite.request(policy));
  });

  test("`never` runs an image that the engine has", async (context) => {
    suite.needs(context, { imagePullPolicy: "never" });
    const deployment = await suite.strategy.deploy(suite.request({ imagePullPolicy: "never" }));
    await suite.untilRunning(deployment.name);
    expect(deployment.image).toBe(suite.target.images.plain);
  });

  test("`never` does not look for what the engine lacks", async (context) => {
    suite.needs(context, { imagePullPolicy: "never" });
    const { moving } = suite.target.images;
    if (moving === undefined) return context.skip("the target has no registry (images.moving)");
    const { reference } = await moving.call(suite.target.images);
    const request = suite.request({ image: reference, imagePullPolicy: "never" });
    await suite.failsCleanly(() => suite.strategy.deploy(request), "IMAGE_NOT_FOUND", request.name);
    await suite.running({ ...request, imagePullPolicy: "missing" });
  });

  test("`always` runs what the registry has now", async (context) => {
    suite.needs(context, { imagePullPolicy: "always" });
    const { moving } = suite.target.images;
    if (moving === undefined) return context.skip("the target has no registry (images.moving)");
    const image = await moving.call(suite.target.images);
    const first = suite.request({ image: image.reference, imagePullPolicy: "always" });
    await suite.running(first);
    await writes(first.name, "first");
    await suite.strategy.remove(first.name, { wait: true });
    await image.move();
    const second = { ...first, name: suite.name() };
    const deployment = await suite.strategy.deploy(second);
    await writes(second.name, "second");
    expect(deployment.image.startsWith(image.reference)).toBe(true);
  });
}
