import { describe, expect, test } from "vitest";
import { CAPABILITIES } from "../capabilities/capabilities.js";
import type { Deployment, DeployOptions, ProgressEvent } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import { REQUIRED_FIELDS } from "./manifest.js";
import { OpenFactoryServiceDeploymentStrategy, requireCapability, supports } from "./strategy.js";

/** Implements the two required methods only. */
class MinimalStrategy extends OpenFactoryServiceDeploymentStrategy {
  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return { name: request.name, ids: [], image: request.image, warnings };
  }

  async remove(): Promise<void> {}
}

const request: DeployRequest = { image: "app", name: "demo" };

describe("a strategy with the two required methods", () => {
  test("supports the required fields, has no capability, and can be closed", async () => {
    const strategy = new MinimalStrategy();
    expect(strategy.manifest).toEqual({
      name: "MinimalStrategy",
      capabilities: [],
      supportedFields: REQUIRED_FIELDS,
      limitations: [],
    });
    await expect(strategy.close()).resolves.toBeUndefined();
    await expect(strategy.deploy(request)).resolves.toMatchObject({ name: "demo", warnings: [] });
  });

  test("validates the request before it checks the signal", async () => {
    const signal = AbortSignal.abort();
    await expect(new MinimalStrategy().deploy({ ...request, image: "" }, { signal })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
    await expect(new MinimalStrategy().deploy(request, { signal })).rejects.toMatchObject({
      code: "ABORTED",
      service: "demo",
      strategy: "MinimalStrategy",
    });
  });

  test("returns warnings and reports them to the observer", async () => {
    const events: ProgressEvent[] = [];
    const { warnings } = await new MinimalStrategy().deploy(
      { ...request, user: "1" },
      { observer: (event) => events.push(event) },
    );
    expect(warnings).toHaveLength(1);
    expect(events).toEqual([{ type: "warning", service: "demo", warning: warnings[0] }]);
  });

  test("rejects in strict mode without reporting to the observer", async () => {
    const events: ProgressEvent[] = [];
    const deploying = new MinimalStrategy().deploy(
      { ...request, user: "1" },
      { strict: true, observer: (event) => events.push(event) },
    );
    await expect(deploying).rejects.toMatchObject({ code: "UNSUPPORTED", field: "user" });
    expect(events).toEqual([]);
  });
});

const strategy = {
  manifest: { name: "mine", capabilities: ["list"], supportedFields: [], limitations: [] },
  inspect: () => undefined,
} as unknown as OpenFactoryServiceDeploymentStrategy;

test("supports() and requireCapability() depend on the manifest, not on the methods of the strategy", () => {
  expect(CAPABILITIES.filter((capability) => supports(strategy, capability))).toEqual(["list"]);
  expect(requireCapability(strategy, "list")).toBe(strategy);
  expect(() => requireCapability(strategy, "inspect")).toThrow(
    expect.objectContaining({
      code: "UNSUPPORTED",
      strategy: "mine",
      message: "The platform mine doesn't support inspect.",
    }),
  );
});

test("requireCapability() names the option that turns on the capability", () => {
  const optional = { ...strategy, manifest: { ...strategy.manifest, capabilityOptions: { scale: "many=true" } } };
  expect(() => requireCapability(optional as unknown as OpenFactoryServiceDeploymentStrategy, "scale")).toThrow(
    expect.objectContaining({
      message: "The platform mine doesn't support scale without an option.",
      hint: "Pass --option many=true, and deploy the apps with it too.",
    }),
  );
});
