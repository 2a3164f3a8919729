import type { Plan, PlannedApp } from "@openfactory/deployer";

const status = {
  name: "web",
  ids: ["1"],
  image: "demo:1",
  state: "running",
  replicas: { running: 1, desired: 1 },
  ports: [],
  labels: {},
  createdAt: "2026-01-01T00:00:00.000Z",
  instances: [],
} as const;

const app = (name: string, action: PlannedApp["action"], more: Partial<PlannedApp> = {}): PlannedApp => ({
  app: name,
  service: name,
  action,
  changes: [],
  warnings: [],
  ...(action === "create" ? {} : { status }),
  ...more,
});

/** A plan with every kind of entry. */
export const samplePlan: Plan = {
  project: "factory",
  platform: "swarm",
  apps: [
    app("new", "create"),
    app("api", "update", {
      changes: [
        {
          path: "command",
          from: 'sh -c "one"\nsecond line',
          to: 'sh -c "another one which is rather long, so that it does not fit into eighty columns"',
        },
        { path: "env.TOKEN", from: "***", to: "***", masked: true },
        { path: "image", from: "demo:1", to: "demo:2" },
        { path: "labels.team", to: "" },
      ],
    }),
    app("db", "replace", {
      reason: "Its mode can't be changed in place.",
      changes: [{ path: "mode", from: "replicated", to: "global" }],
    }),
    app("edited", "update", { drifted: true, changes: [{ path: "resources.Limits.MemoryBytes", from: "67108864" }] }),
    app("opaque", "update"),
    app("legacy", "adopt"),
    app("cache", "conflict", {
      reason: "Service cache belongs to the project other.",
      owner: { project: "other" },
    }),
    app("same", "unchanged"),
  ],
  orphans: [
    { app: "gone", service: "gone", action: "remove", status },
    { app: "left", service: "left", action: "keep", status },
  ],
  others: [
    {
      app: "elsewhere",
      service: "elsewhere",
      ownership: "other-file",
      owner: { project: "factory", file: "app_b.yml" },
      status,
    },
  ],
  resources: [
    { kind: "network", name: "factory_back", action: "create" },
    { kind: "secret", name: "factory_key_0123456789ab", action: "unchanged" },
    { kind: "config", name: "factory_conf_0123456789ab", action: "remove" },
    { kind: "secret", name: "factory_key_ba9876543210", action: "keep", reason: "Needed for a rollback of api." },
    { kind: "volume", name: "web_data", action: "keep", reason: "Its data may be needed." },
    { kind: "network", name: "edge", action: "conflict", reason: "It is not this project's." },
  ],
  warnings: [],
  hasChanges: true,
};
