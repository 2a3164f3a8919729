import { parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { expectSettings } from "../compare.js";
import { fullName } from "../image-name.js";
import { everything } from "../samples/everything.js";
import type { Suite } from "../suite.js";
import { expectRestUnset } from "../unset.js";

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
