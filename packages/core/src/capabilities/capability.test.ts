import { expect, test } from "vitest";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { CAPABILITIES, requireCapability, supports } from "./capability.js";

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
