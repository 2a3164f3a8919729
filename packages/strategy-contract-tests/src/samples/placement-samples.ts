import type { FieldSample } from "./sample.js";

const mebibytes = (count: number): number => count * 1024 ** 2;

/** Where it runs, how often, and with how much. */
export const placementSamples: FieldSample[] = [
  {
    title: "constraints",
    part: async ({ target }) => ({ constraints: [target.constraint ?? "node.role == manager"] }),
  },
  { title: "resources: limit of CPU", part: { resources: { Limits: { NanoCPUs: 500_000_000 } } } },
  { title: "resources: limit of memory", part: { resources: { Limits: { MemoryBytes: mebibytes(64) } } } },
  { title: "resources: limit of processes", part: { resources: { Limits: { Pids: 50 } } } },
  { title: "resources: reservation of CPU", part: { resources: { Reservations: { NanoCPUs: 10_000_000 } } } },
  { title: "resources: reservation of memory", part: { resources: { Reservations: { MemoryBytes: mebibytes(16) } } } },
  {
    title: "resources: limits and reservation together",
    part: {
      resources: {
        Limits: { NanoCPUs: 250_000_000, MemoryBytes: mebibytes(96) },
        Reservations: { MemoryBytes: mebibytes(32) },
      },
    },
  },
  { title: "openFiles", part: { openFiles: 1234 } },
  { title: "mode: one replica", usual: true, part: { mode: { Replicated: { Replicas: 1 } } } },
  { title: "mode: three replicas", part: { mode: { Replicated: { Replicas: 3 } } } },
  { title: "mode: global", part: { mode: { Global: {} } } },
  {
    title: "mode: replicated job",
    part: { mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 2 } }, restart: { Condition: "none" } },
  },
  { title: "mode: global job", part: { mode: { GlobalJob: {} }, restart: { Condition: "none" } } },
];
