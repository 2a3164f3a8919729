import type { SourceLocation } from "@openfactory/deploy-core";
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

const at = (line: number): SourceLocation => ({ file: "openfactory.yml", line, column: 5 });

/** A plan with every kind of entry. */
export const samplePlan: Plan = {
  project: "factory",
  platform: "swarm",
  apps: [
    app("new", "create"),
    app("api", "update", {
      location: at(12),
      changes: [
        {
          path: "command",
          key: "command",
          location: at(15),
          from: 'sh -c "one"\nsecond line',
          to: 'sh -c "another one which is rather long, so that it does not fit into eighty columns"',
        },
        {
          path: "env.TOKEN",
          key: "environment.TOKEN",
          location: { file: "api.env", line: 3, column: 1 },
          from: "***",
          to: "***",
          masked: true,
        },
        { path: "image", from: "demo:1", to: "demo:2" },
        { path: "labels.team", key: "labels.team", location: at(120), to: "" },
        { path: "ports.8080/tcp", key: "ports[0]", item: "8080/tcp", location: at(17), to: "80" },
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
    { kind: "network", name: "factory_back", action: "create", key: "back", location: at(140) },
    { kind: "secret", name: "factory_key_0123456789ab", action: "unchanged" },
    { kind: "config", name: "factory_conf_0123456789ab", action: "remove" },
    { kind: "secret", name: "factory_key_ba9876543210", action: "keep", reason: "Needed for a rollback of api." },
    { kind: "volume", name: "web_data", action: "keep", reason: "Its data may be needed." },
    { kind: "network", name: "edge", action: "conflict", reason: "It is not this project's." },
  ],
  warnings: [],
  findings: [
    {
      app: "api",
      service: "api",
      code: "CONFLICT",
      message: 'Host port 8080 is already in use by container "old-api"',
      hint: "Stop the container, or publish another port.",
      field: "ports[0]",
      key: "ports[0]",
      location: at(17),
    },
    { app: "new", service: "new", code: "IMAGE_NOT_FOUND", message: "There is no image demo:9" },
  ],
  hasChanges: true,
};
