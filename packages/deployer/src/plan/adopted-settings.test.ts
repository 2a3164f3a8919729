import { DeploymentError, type StrategyManifest } from "@openfactory/deploy-core";
import type { MemoryOptions } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import { ALL, app, changes, memory, project } from "../../test/fixtures.js";
import { up } from "../operations/up.js";
import { plan } from "./plan.js";
import { planToSave } from "./save-plan.js";

const UNMAPPED = ["HostConfig.PidMode: host", "HostConfig.CpuShares: 512"];

/** Services that another tool created: `web` has settings for which a request has no field, `db` has none. */
function fake(manifest: Partial<StrategyManifest> = {}, options: MemoryOptions = {}) {
  const strategy = memory({ capabilities: ALL, ...manifest }, options);
  const inspect = strategy.inspect.bind(strategy);
  strategy.inspect = async (name) => ({
    ...(await inspect(name)),
    ...(name === "web" && { unmappedSettings: UNMAPPED }),
  });
  for (const name of ["web", "db", "ui"]) strategy.engine.put({ name });
  return strategy;
}
const desired = project(app("web"), app("db"));
const adopt = ["Web", "Db"];
const lost = {
  code: "SETTINGS_NOT_KEPT",
  service: "web",
  reason: expect.stringContaining(
    "drops settings for which a file has no key: HostConfig.PidMode: host; HostConfig.Cpu",
  ),
};
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("adopting a service with settings for which a request has no field", () => {
  test("plan() and planToSave() warn that an update drops them", async () => {
    for (const made of [
      await plan(fake(), desired, { adopt }),
      (await planToSave(fake(), desired, { adopt })).saved.plan,
    ])
      expect(made.apps).toMatchObject([
        { action: "adopt", warnings: [lost] },
        { action: "adopt", warnings: [] },
      ]);
  });

  test("up() warns once, in its events and its report", async () => {
    const warned: unknown[] = [];
    const report = await up(fake(), desired, {
      adopt,
      observer: (event) => event.type === "warning" && warned.push(event),
    });
    expect(warned).toMatchObject([{ app: "Web", warning: lost }]);
    expect(report.apps).toMatchObject([
      { outcome: "adopted", warnings: [lost] },
      { outcome: "adopted", warnings: [] },
    ]);
  });

  test("strict mode rejects with UNSUPPORTED before any change", async () => {
    const strategy = fake();
    const options = { adopt, strict: true };
    const { saved } = await planToSave(strategy, desired, { adopt });
    for (const work of [
      plan(strategy, desired, options),
      planToSave(strategy, desired, options),
      up(strategy, desired, options),
      up(strategy, desired, { saved: { ...saved, options } }),
    ]) {
      const error = await errorOf(work);
      expect(error).toBeInstanceOf(DeploymentError);
      expect(error).toMatchObject({
        code: "UNSUPPORTED",
        service: "web",
        message: lost.reason,
        issues: [
          { message: expect.stringMatching(/^Web: /), location: { file: "openfactory.yml", line: 2, column: 3 } },
        ],
        hint: expect.stringContaining("Nothing was changed."),
      });
    }
    expect(changes(strategy)).toEqual([]);
  });

  test("a platform whose updates keep them is named in the warning, and strict mode accepts it", async () => {
    const strategy = fake({ keepsUnmappedSettings: true });
    const { apps } = await plan(strategy, desired, { adopt, strict: true });
    expect(apps[0]?.warnings).toMatchObject([
      {
        code: "SETTINGS_NOT_IN_FILE",
        reason: expect.stringContaining("HostConfig.CpuShares: 512. The platform memory keeps them in updates."),
      },
    ]);
  });

  test.each([true, false])(
    "inspects each adopted service once, and no other (listsSettings: %s)",
    async (listsSettings) => {
      const strategy = fake({}, { listsSettings });
      await up(strategy, project(app("ui")), { adopt: ["Ui"] });
      strategy.calls.length = 0;
      await plan(strategy, project(app("web"), app("ui"), app("db")), {
        adopt: ["Web"],
        refresh: false,
        preflight: false,
      });
      expect(strategy.calls.filter((call) => call.startsWith("inspect"))).toEqual(["inspect web"]);
    },
  );

  test("a service that is adopted already causes no warning", async () => {
    const strategy = fake();
    await up(strategy, desired, { adopt });
    const { apps } = await plan(strategy, project(app("web", { image: "demo:2" }), app("db")), { adopt, strict: true });
    expect(apps).toMatchObject([
      { action: "update", warnings: [] },
      { action: "unchanged", warnings: [] },
    ]);
  });
});
