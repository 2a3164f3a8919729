import { describe, expect, test } from "vitest";
import { CAPABILITIES } from "../capabilities/capabilities.js";
import type { Deployment, DeployOptions, ProgressEvent } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import { REQUIRED_FIELDS } from "./manifest.js";
import { OpenFactoryServiceDeploymentStrategy, requireCapability, supports } from "./strategy.js";

/** A strategy that implements the two methods, and nothing else. */
class LeastStrategy extends OpenFactoryServiceDeploymentStrategy {
  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return { name: request.name, ids: [], image: request.image, warnings };
  }

  async remove(): Promise<void> {}
}

const request: DeployRequest = { image: "app", name: "demo" };

describe("a strategy of two methods", () => {
  test("is valid: it honours what is required, has no capability, and can be closed", async () => {
    const strategy = new LeastStrategy();
    expect(strategy.manifest).toEqual({
      name: "LeastStrategy",
      capabilities: [],
      honours: REQUIRED_FIELDS,
      unhonoured: [],
    });
    await expect(strategy.close()).resolves.toBeUndefined();
    await expect(strategy.deploy(request)).resolves.toMatchObject({ name: "demo", warnings: [] });
  });

  test("validates first: what is wrong with the request counts before the signal", async () => {
    const signal = AbortSignal.abort();
    await expect(new LeastStrategy().deploy({ ...request, image: "" }, { signal })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
    await expect(new LeastStrategy().deploy(request, { signal })).rejects.toMatchObject({
      code: "ABORTED",
      service: "demo",
      strategy: "LeastStrategy",
    });
  });

  test("tells warnings in the result and to the observer", async () => {
    const events: ProgressEvent[] = [];
    const { warnings } = await new LeastStrategy().deploy(
      { ...request, user: "1" },
      { observer: (event) => events.push(event) },
    );
    expect(warnings).toHaveLength(1);
    expect(events).toEqual([{ type: "warning", service: "demo", warning: warnings[0] }]);
  });

  test("refuses in strict mode, and tells the observer nothing", async () => {
    const events: ProgressEvent[] = [];
    const deploying = new LeastStrategy().deploy(
      { ...request, user: "1" },
      { strict: true, observer: (event) => events.push(event) },
    );
    await expect(deploying).rejects.toMatchObject({ code: "UNSUPPORTED", field: "user" });
    expect(events).toEqual([]);
  });
});

const strategy = {
  manifest: { name: "mine", capabilities: ["list"], honours: [], unhonoured: [] },
  inspect: () => undefined,
} as unknown as OpenFactoryServiceDeploymentStrategy;

test("a strategy can do what it declares, not what it happens to have", () => {
  expect(CAPABILITIES.filter((capability) => supports(strategy, capability))).toEqual(["list"]);
  expect(requireCapability(strategy, "list")).toBe(strategy);
  expect(() => requireCapability(strategy, "inspect")).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", strategy: "mine", message: "The mine strategy has no inspect." }),
  );
});
