import { DeploymentError } from "@openfactory/deploy-core";
import type { AppVerdict, UpReport } from "@openfactory/deployer";

export const failure = new DeploymentError(
  "TASK_FAILED",
  "Service db is in a crash loop (2 tasks ended): the process exited on node-2 with exit code 3.",
  {
    service: "db",
    hint: "Read its log.",
    instance: { id: "0123456789abcdef", node: "node-2", exitCode: 3, lastLogLines: ["no disk"] },
  },
);

const status = (running: number) => ({ replicas: { running, desired: 2 } }) as AppVerdict["status"];

export const verdict = (app: string, outcome: AppVerdict["outcome"], more: Partial<AppVerdict> = {}): AppVerdict => ({
  app,
  service: app,
  action: "update",
  outcome,
  now: "desired",
  warnings: [],
  elapsedMs: 1500,
  ...more,
});

const report = (more: Partial<UpReport>): UpReport => ({
  project: "factory",
  platform: "swarm",
  run: "r1",
  outcome: "ok",
  apps: [],
  orphans: [],
  resources: [],
  revertSteps: [],
  warnings: [],
  elapsedMs: 4200,
  ...more,
});

/** A successful run with every kind of change. */
export const goodReport = report({
  apps: [
    verdict("web", "updated", { status: status(2) }),
    verdict("db", "unchanged", { action: "unchanged" }),
    verdict("job", "completed", { action: "create" }),
    verdict("old", "adopted", { action: "adopt" }),
  ],
  orphans: [{ app: "gone", service: "gone", outcome: "removed", elapsedMs: 10 }],
  resources: [
    { kind: "network", name: "factory_back", outcome: "created" },
    { kind: "secret", name: "factory_key_0123456789ab", outcome: "created" },
    { kind: "config", name: "factory_conf_0123456789ab", outcome: "removed" },
  ],
});

const stuck = new DeploymentError("TIMEOUT", "The update of cache timed out.");

/** A run that failed at `db`. Every change was reverted except the one of `cache`. */
export const badReport = report({
  outcome: "failed",
  apps: [
    verdict("web", "reverted", { now: "previous", causedBy: "db" }),
    verdict("new", "reverted", { action: "create", now: "absent", causedBy: "db" }),
    verdict("db", "failed", { now: "previous", error: failure }),
    verdict("api", "rolled-back", {
      now: "previous",
      error: new DeploymentError("ROLLED_BACK", "The engine rolled api back."),
    }),
    verdict("ui", "skipped", { action: "create", now: "absent", causedBy: "db" }),
    verdict("mail", "skipped", { now: "previous", causedBy: "db" }),
    verdict("cache", "reverted", { now: "unknown", causedBy: "db", leftBehind: stuck }),
  ],
  resources: [{ kind: "network", name: "factory_back", outcome: "reverted" }],
  revertSteps: [
    { action: "restore", app: "cache", service: "cache", state: "failed", error: stuck, elapsedMs: 120_000 },
    { action: "rollback", app: "web", service: "web", state: "done", elapsedMs: 900 },
    { action: "remove", app: "new", service: "new", state: "done", elapsedMs: 100 },
    { action: "remove", resource: { kind: "network", name: "factory_back" }, state: "done", elapsedMs: 20 },
  ],
});
