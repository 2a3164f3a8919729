import type { Diagnosis } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** The findings of a strategy about the requirements of deploys. */
export function diagnoseCases(suite: Suite): void {
  /** Each finding is complete, and has a hint unless it is `ok`. */
  const expectComplete = (findings: readonly Diagnosis[]): void => {
    expect(findings.length).toBeGreaterThan(0);
    for (const { check, state, detail, hint } of findings) {
      expect(check).toMatch(/^\S[^\n]*$/);
      expect(["ok", "warning", "failed"]).toContain(state);
      expect(detail, `detail of ${check}`).toMatch(/^\S[^\n]*\.$/);
      if (state !== "ok") expect(hint, `hint of ${check}`).toMatch(/^\S[^\n]*$/);
    }
    const checks = findings.map(({ check }) => check);
    expect(new Set(checks).size, "each check occurs once").toBe(checks.length);
  };
  const failed = (findings: readonly Diagnosis[]): Diagnosis[] => findings.filter(({ state }) => state === "failed");

  test("diagnose() finds no failure if deploys succeed, and changes nothing", async (context) => {
    const strategy = suite.with(context, "diagnose");
    const { name } = await suite.deployRunning(suite.request());
    const before = { settings: await suite.settings(name), ids: await suite.untilRunning(name) };
    const findings = await strategy.diagnose();
    expectComplete(findings);
    expect(failed(findings)).toEqual([]);
    expect(await suite.existing()).toEqual([name]);
    expect({ settings: await suite.settings(name), ids: await suite.untilRunning(name) }).toEqual(before);
  });

  test("diagnose() finds each existing network", async (context) => {
    const strategy = suite.with(context, "diagnose");
    suite.skipUnlessSupported(context, { networks: ["x"] });
    const networks = await suite.networks(2);
    const findings = await strategy.diagnose({ networks });
    expectComplete(findings);
    expect(failed(findings)).toEqual([]);
    for (const network of networks) {
      expect(findings.filter(({ check }) => check.includes(network)).map(({ state }) => state)).toEqual(["ok"]);
    }
  });

  test("diagnose() finds a missing network by its exact name, as deploy() does", async (context) => {
    const strategy = suite.with(context, "diagnose");
    suite.skipUnlessSupported(context, { networks: ["x"] });
    const [network = ""] = await suite.networks(1);
    const missing = [network.slice(0, -1), `${network}-x`];
    const findings = await strategy.diagnose({ networks: [network, ...missing] });
    expectComplete(findings);
    const failures = failed(findings);
    expect(failures).toHaveLength(missing.length);
    for (const [index, name] of missing.entries()) {
      expect(`${failures[index]?.check} ${failures[index]?.detail}`).toContain(name);
      const request = suite.request({ networks: [name] });
      await suite.failsCleanly(() => suite.strategy.deploy(request), "NETWORK_NOT_FOUND", request.name);
    }
  });

  test("diagnose() with an aborted signal rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "diagnose");
    await suite.fails(strategy.diagnose({ signal: AbortSignal.abort() }), "ABORTED");
  });
}
