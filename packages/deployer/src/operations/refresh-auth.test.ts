import {
  type AuthRefresh,
  type CanRefreshAuth,
  DeploymentError,
  type DeploymentWarning,
  type OperationOptions,
} from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { app, memory, project, testOptions } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { PROJECT_LABEL } from "../model/labels.js";
import { refreshAuth } from "./refresh-auth.js";
import { up } from "./up.js";

const WARNING: DeploymentWarning = {
  code: "NO_CREDENTIALS",
  service: "db",
  strategy: "memory",
  reason: "There are none.",
};

/** Stores credentials, or does what the test says of a service. */
class Refresher extends MemoryDeploymentStrategy implements CanRefreshAuth {
  readonly outcomes: Record<string, () => Promise<AuthRefresh>>;

  constructor(
    outcomes: Record<string, () => Promise<AuthRefresh>> = {},
    capabilities = ["inspect", "list", "wait", "refreshAuth"] as const,
  ) {
    super(testOptions({ capabilities }));
    this.outcomes = outcomes;
  }

  async refreshAuth(name: string, { observer }: OperationOptions = {}): Promise<AuthRefresh> {
    this.calls.push(`refresh ${name}`);
    observer?.({ type: "step", service: name, step: "refresh-auth" });
    return this.outcomes[name]?.() ?? { name, renewed: true, warnings: [] };
  }

  refreshed(): string[] {
    return this.calls.filter((call) => call.startsWith("refresh ")).sort();
  }
}

const deployed = async (strategy: Refresher, ...services: string[]): Promise<Refresher> => {
  await up(strategy, project(...services.map((service) => app(service))));
  strategy.calls.length = 0;
  return strategy;
};

test("refreshAuth() renews the credentials of the project's services with orphans, and of no other services", async () => {
  const strategy = await deployed(new Refresher(), "db", "web", "gone");
  strategy.engine.put({ name: "other", labels: { [PROJECT_LABEL]: "elsewhere" } });
  strategy.engine.put({ name: "ui" });
  const report = await refreshAuth(strategy, project(app("db"), app("web"), app("ui"), app("new")));
  expect(report).toMatchObject({ project: "factory", platform: "memory", outcome: "ok", warnings: [] });
  expect(report.services.map(({ app: name, service, outcome }) => `${name} ${service} ${outcome}`)).toEqual([
    "Db db renewed",
    "Web web renewed",
    "Ui ui foreign",
    "Gone gone renewed",
  ]);
  expect(strategy.calls.filter((call) => call === "list")).toHaveLength(1);
  expect(strategy.refreshed()).toEqual(["refresh db", "refresh gone", "refresh web"]);
});

test("refreshAuth() renews only named services, and fails for one that is not deployed", async () => {
  const strategy = await deployed(new Refresher(), "db", "web", "gone");
  const report = await refreshAuth(strategy, project(app("db"), app("web"), app("new")), {
    services: ["web", "new", "web"],
  });
  expect(report.outcome).toBe("failed");
  expect(report.services).toMatchObject([
    { app: "Web", outcome: "renewed" },
    { app: "New", outcome: "failed", error: { code: "NOT_FOUND", service: "new", hint: expect.any(String) } },
  ]);
  expect(strategy.refreshed()).toEqual(["refresh web"]);
});

test("refreshAuth() works by the project's name alone", async () => {
  const strategy = await deployed(new Refresher(), "db", "web");
  strategy.engine.put({ name: "ui" });
  expect((await refreshAuth(strategy, project())).services.map(({ service }) => service).sort()).toEqual(["db", "web"]);
  expect((await refreshAuth(new Refresher(), project(app("db")))).services).toEqual([]);
});

test("refreshAuth() continues after a failure, and reports once why credentials are kept", async () => {
  const strategy = await deployed(
    new Refresher({
      db: async () => ({ name: "db", renewed: false, warnings: [WARNING] }),
      web: () => Promise.reject(new DeploymentError("CONFLICT", "It is being updated.")),
    }),
    "db",
    "web",
    "ui",
  );
  const events: DeployerEvent[] = [];
  const report = await refreshAuth(strategy, project(app("db"), app("web"), app("ui")), {
    observer: (event) => void events.push(event),
  });
  expect(report.outcome).toBe("failed");
  expect(report.services).toMatchObject([
    { service: "db", outcome: "kept", warnings: [WARNING] },
    { service: "web", outcome: "failed", error: { code: "CONFLICT", service: "web", strategy: "memory" } },
    { service: "ui", outcome: "renewed", warnings: [] },
  ]);
  expect(events.filter(({ type }) => type === "warning")).toEqual([{ type: "warning", app: "Db", warning: WARNING }]);
  expect(events).toContainEqual({ type: "phase", app: "Ui", service: "ui", phase: "refreshing" });
  expect(events.filter(({ type }) => type === "progress")).toHaveLength(3);
  expect(events.flatMap((event) => (event.type === "refresh" ? [event.refresh.service] : [])).sort()).toEqual([
    "db",
    "ui",
    "web",
  ]);
});

test("refreshAuth() reports the services that it skipped after an interruption", async () => {
  const caller = new AbortController();
  const strategy = await deployed(
    new Refresher({ db: async () => (caller.abort(), { name: "db", renewed: true, warnings: [] }) }),
    "db",
    "web",
  );
  const report = await refreshAuth(strategy, project(app("db"), app("web")), { signal: caller.signal, concurrency: 1 });
  expect(report.outcome).toBe("interrupted");
  expect(report.services).toMatchObject([
    { service: "db", outcome: "renewed" },
    { service: "web", outcome: "skipped" },
  ]);
});

test("refreshAuth() matches by name with a warning if the strategy has no labels", async () => {
  const strategy = new Refresher({}, ["wait", "refreshAuth"] as never);
  strategy.engine.put({ name: "db" });
  const report = await refreshAuth(strategy, project(app("db")));
  expect(report.warnings).toMatchObject([{ code: "OWNERS_UNKNOWN" }]);
  expect(report.services).toMatchObject([{ service: "db", outcome: "renewed" }]);
});

test("refreshAuth() rejects with UNSUPPORTED before any call if the strategy stores no credentials", async () => {
  const strategy = memory();
  await expect(refreshAuth(strategy, project(app("db")))).rejects.toMatchObject({
    code: "UNSUPPORTED",
    strategy: "memory",
  });
  expect(strategy.calls).toEqual([]);
});
