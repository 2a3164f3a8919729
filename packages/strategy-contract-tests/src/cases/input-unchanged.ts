import { parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { expectSettings } from "../compare.js";
import { freeze } from "../freeze.js";
import { everything } from "../samples/everything.js";
import type { Suite } from "../suite.js";

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
