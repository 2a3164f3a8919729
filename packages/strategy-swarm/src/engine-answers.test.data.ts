/** What an engine answers of a service `demo`, as far as tests of the strategy need it. */
export const service = (template: object = {}, more: object = {}, spec: object = {}) => ({
  ID: "svc",
  Version: { Index: 1 },
  CreatedAt: "2026-01-01T00:00:00Z",
  UpdatedAt: "2026-01-01T00:00:00Z",
  Spec: {
    Name: "demo",
    TaskTemplate: { ContainerSpec: { Image: "demo:1" }, ...template },
    Mode: { Replicated: { Replicas: 1 } },
    ...spec,
  },
  ...more,
});

/** In this order, a task only moves forward (Engine API, TaskState). */
const TASK_STATES = ["pending", "assigned", "preparing", "ready", "starting", "running", "complete", "shutdown"];

/** A task of slot 1 on node n1, of the template of {@link service}; the higher the number, the later. */
export const task = (number: number, state: string, status: object = {}, more: object = {}) => ({
  ID: `task${number}`,
  // The swarm increments the version of a task with every change. States without an order, such as failed, are last.
  Version: { Index: 10 * number + ((TASK_STATES.indexOf(state) + 10) % 10) },
  CreatedAt: `2026-01-01T00:00:0${number}Z`,
  UpdatedAt: `2026-01-01T00:00:0${number}Z`,
  ServiceID: "svc",
  NodeID: "n1",
  Slot: 1,
  DesiredState: state === "running" || state === "pending" ? "running" : "shutdown",
  Spec: { ContainerSpec: { Image: "demo:1" } },
  Status: { Timestamp: "2026-01-01T00:00:00Z", State: state, ...status },
  ...more,
});

/** A node that takes tasks. */
export const node = (number: number, labels: Record<string, string> = {}) => ({
  ID: `n${number}`,
  Spec: { Role: number === 1 ? "manager" : "worker", Availability: "active", Labels: labels },
  Description: {
    Hostname: `node-${number}`,
    Platform: { Architecture: "x86_64", OS: "linux" },
    Resources: { NanoCPUs: 2_000_000_000, MemoryBytes: 1024 ** 3 },
    Engine: { EngineVersion: "28.5.2" },
  },
  Status: { State: "ready", Addr: `10.0.0.${number}` },
});
