import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { app, memory, project } from "../../test/fixtures.js";
import { PROJECT_LABEL } from "../model/labels.js";
import { down } from "./down.js";
import { up } from "./up.js";

const dependent = (service: string, on: string) =>
  app(service, { dependsOn: [{ service: on, condition: "service_started" }] });

test("down() removes the project's services with orphans, dependents first, and no other services", async () => {
  const strategy = memory();
  await up(strategy, project(app("db"), dependent("web", "db"), app("gone")));
  strategy.engine.put({ name: "other", labels: { [PROJECT_LABEL]: "elsewhere" } });
  strategy.engine.put({ name: "ui" });
  strategy.calls.length = 0;
  const report = await down(strategy, project(app("db"), dependent("web", "db"), app("ui")));
  expect(report.outcome).toBe("ok");
  expect(report.services.map(({ service, outcome }) => `${service} ${outcome}`).sort()).toEqual([
    "db removed",
    "gone removed",
    "ui foreign",
    "web removed",
  ]);
  const { calls } = strategy;
  expect(calls.indexOf("remove web")).toBeLessThan(calls.indexOf("remove db"));
  expect([...strategy.engine.services.keys()]).toEqual(["other", "ui"]);
});

test("down() works by the project's name alone", async () => {
  const strategy = memory();
  await up(strategy, project(app("db"), app("web")));
  await down(strategy, project());
  expect(strategy.engine.services.size).toBe(0);
});

test("down() of a project without services is ok", async () => {
  const report = await down(memory(), project(app("db")));
  expect(report).toMatchObject({ outcome: "ok", services: [] });
});

test("down() continues after a failure, and reports it", async () => {
  const strategy = memory({}, { failOn: { web: { remove: new DeploymentError("TIMEOUT", "web does not go.") } } });
  await up(strategy, project(app("db"), dependent("web", "db")));
  const report = await down(strategy, project(app("db"), dependent("web", "db")));
  expect(report.outcome).toBe("failed");
  expect(report.services).toMatchObject([
    { service: "db", outcome: "removed" },
    { service: "web", outcome: "failed", error: { code: "TIMEOUT", service: "web" } },
  ]);
});

test("down() reports the services that it skipped after an interruption", async () => {
  const strategy = memory();
  await up(strategy, project(app("db"), dependent("web", "db")));
  const caller = new AbortController();
  const report = await down(strategy, project(app("db"), dependent("web", "db")), {
    signal: caller.signal,
    observer: (event) => {
      if (event.type === "removal") caller.abort();
    },
  });
  expect(report.outcome).toBe("interrupted");
  expect(report.services).toMatchObject([
    { service: "db", outcome: "skipped" },
    { service: "web", outcome: "removed" },
  ]);
});

test.each([
  [["db"], undefined, 60_000],
  [["db", "web", "ui"], undefined, 64_000],
  [["db", "web"], 5_000, 7_000],
])("down() of %j with the time limit %j waits for each removal for %i ms", async (services, timeoutMs, expected) => {
  const strategy = memory();
  const desired = project(...services.map((service) => app(service)));
  await up(strategy, desired);
  const limits: unknown[] = [];
  const remove = strategy.remove.bind(strategy);
  strategy.remove = (service, options) => {
    limits.push(options?.timeoutMs);
    return remove(service, options);
  };
  await down(strategy, desired, { timeoutMs });
  expect(limits).toEqual(services.map(() => expected));
});
