import type { Diagnosis } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** What a strategy finds of what deploys need. */
export function diagnoseCases(suite: Suite): void {
  /** Each finding is whole, and one that is not `ok` says what to do. */
  const expectWhole = (findings: readonly Diagnosis[]): void => {
    expect(findings.length).toBeGreaterThan(0);
    for (const { check, state, detail, hint } of findings) {
      expect(check).toMatch(/^\S[^\n]*$/);
      expect(["ok", "warning", "failed"]).toContain(state);
      expect(detail, `detail of ${check}`).toMatch(/^\S[^\n]*\.$/);
      if (state !== "ok") expect(hint, `hint of ${check}`).toMatch(/^\S[^\n]*$/);
    }
    const checks = findings.map(({ check }) => check);
    expect(new Set(checks).size, "each thing is looked at once").toBe(checks.length);
  };
  const failed = (findings: readonly Diagnosis[]): Diagnosis[] => findings.filter(({ state }) => state === "failed");

  test("diagnose finds nothing amiss where deploys work, and changes nothing", async (context) => {
    const strategy = suite.with(context, "diagnose");
    const { name } = await suite.running(suite.request());
    const before = { settings: await suite.settings(name), ids: await suite.untilRunning(name) };
    const findings = await strategy.diagnose();
    expectWhole(findings);
    expect(failed(findings)).toEqual([]);
    expect(await suite.existing()).toEqual([name]);
    expect({ settings: await suite.settings(name), ids: await suite.untilRunning(name) }).toEqual(before);
  });

  test("diagnose finds each network that is there", async (context) => {
    const strategy = suite.with(context, "diagnose");
    suite.needs(context, { networks: ["x"] });
    const networks = await suite.networks(2);
    const findings = await strategy.diagnose({ networks });
    expectWhole(findings);
    expect(failed(findings)).toEqual([]);
    for (const network of networks) {
      expect(findings.filter(({ check }) => check.includes(network)).map(({ state }) => state)).toEqual(["ok"]);
    }
  });

  test("diagnose finds a network that is missing, by its exact name, as a deploy does", async (context) => {
    const strategy = suite.with(context, "diagnose");
    suite.needs(context, { networks: ["x"] });
    const [network = ""] = await suite.networks(1);
    const missing = [network.slice(0, -1), `${network}-x`];
    const findings = await strategy.diagnose({ networks: [network, ...missing] });
    expectWhole(findings);
    const told = failed(findings);
    expect(told).toHaveLength(missing.length);
    for (const [index, name] of missing.entries()) {
      expect(`${told[index]?.check} ${told[index]?.detail}`).toContain(name);
      const request = suite.request({ networks: [name] });
      await suite.failsCleanly(() => suite.strategy.deploy(request), "NETWORK_NOT_FOUND", request.name);
    }
  });

  test("diagnose with a signal that has fired already: ABORTED", async (context) => {
    const strategy = suite.with(context, "diagnose");
    await suite.fails(strategy.diagnose({ signal: AbortSignal.abort() }), "ABORTED");
  });
}
