import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** Services on other platforms of the same engine. */
export function elsewhereCases(suite: Suite): void {
  test("elsewhere() names other platforms without the services of this one, and changes nothing", async (context) => {
    const strategy = suite.with(context, "elsewhere");
    const mark = suite.name();
    const labels = suite.isSupported({ labels: { a: "b" } }) ? { [mark]: "1" } : {};
    const request = await suite.deployRunning(suite.request({ labels }));
    const before = { settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) };
    const found = await strategy.elsewhere({ labels: { [mark]: "1" } });
    const platforms = found.map(({ platform }) => platform);
    expect(platforms, "the strategy's own platform").not.toContain(suite.manifest.name);
    expect(new Set(platforms).size, "each platform occurs once").toBe(platforms.length);
    for (const { platform, services, reason } of found) {
      expect(platform).toMatch(/\S/);
      expect(services, `services of ${platform} with the label`).toEqual([]);
      if (reason !== undefined) expect(reason).toMatch(/^\S[^\n]*[^.\s]$/);
    }
    expect({ settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) }).toEqual(
      before,
    );
  });

  test("elsewhere() with an aborted signal rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "elsewhere");
    await suite.fails(strategy.elsewhere({ labels: {}, signal: AbortSignal.abort() }), "ABORTED");
  });
}
