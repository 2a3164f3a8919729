import { deferred } from "@openfactory/deploy-core";
import { z } from "zod";
import { CONSTRAINT } from "./patterns.js";
import { cpusOf, decimalNumber, duration, memoryOf, optional, patternText, wholeNumber } from "./scalars.js";

const MEBIBYTE = 1024 ** 2;

const openFiles = () =>
  optional(wholeNumber(1, 2 ** 31 - 1), {
    description: "Maximum number of open files of a process (RLIMIT_NOFILE), soft and hard. Default: the engine's.",
    examples: [65536],
  });

const rollout = (verb: "updated" | "rolled back") => ({
  parallelism: optional(wholeNumber(0), {
    description: `Number of tasks that are ${verb} at the same time. 0: all. Default: 1.`,
    default: 1,
    examples: [2],
  }),
  delay: optional(duration, {
    description: `Time between two groups of tasks that are ${verb}. Default: 0s.`,
    default: "0s",
    examples: ["10s"],
  }),
  monitor: optional(duration, {
    description: "Time in which the failure of a new task counts. Default: 5s.",
    default: "5s",
    examples: ["30s"],
  }),
  max_failure_ratio: optional(
    decimalNumber("expected a number from 0 to 1", (value) => value >= 0 && value <= 1, { minimum: 0, maximum: 1 }),
    {
      description: "Share of tasks that may fail, from 0 to 1. Default: 0.",
      default: 0,
      examples: [0.25],
    },
  ),
  order: optional(z.enum(["stop-first", "start-first"]), {
    description:
      "stop-first: the old task stops before the new one starts. start-first: the new task starts first. Default: the platform's.",
    examples: ["start-first"],
  }),
});

const limits = () =>
  z.strictObject({
    cpus: optional(cpusOf(0.01), {
      description: "Maximum number of CPUs: 0.5 is half of one. Default: no limit.",
      examples: [0.5],
    }),
    memory: optional(memoryOf(6 * MEBIBYTE), {
      description: `Maximum memory, at least 6Mi. Units b, k, m, g and t, with or without i and b, are powers of 1024. Default: no limit.`,
      examples: ["512Mi", "1.5G"],
    }),
    pids: optional(wholeNumber(1), {
      description: "Maximum number of processes and threads. Default: no limit.",
      examples: [100],
    }),
    open_files: openFiles(),
  });

const reservations = () =>
  z.strictObject({
    cpus: optional(cpusOf(0.001), {
      description: "CPUs that a node sets aside for an instance: 0.5 is half of one. Default: none.",
      examples: [0.25],
    }),
    memory: optional(memoryOf(4 * MEBIBYTE), {
      description: "Memory that a node sets aside for an instance, at least 4Mi. Default: none.",
      examples: ["128Mi"],
    }),
    open_files: openFiles(),
  });

/** The restart conditions by the values of `restart`, which are the names of Docker's restart policies. */
export const RESTART_CONDITIONS: ReadonlyMap<string, "none" | "any" | "on-failure"> = new Map([
  ["no", "none"],
  ["always", "any"],
  ["unless-stopped", "any"],
  ["on-failure", "on-failure"],
]);

const restartPolicy = () =>
  z.strictObject({
    condition: optional(z.enum(["none", "on-failure", "any"]), {
      description:
        "none: never restart. on-failure: restart if the process fails. any: restart whenever it ends. Default: any.",
      default: "any",
      examples: ["on-failure"],
    }),
    delay: optional(duration, {
      description: "Time between the end of a process and its restart. Default: the engine's.",
      examples: ["5s"],
    }),
    max_attempts: optional(wholeNumber(0), {
      description: "Maximum number of restarts. 0: no limit. Default: no limit.",
      examples: [3],
    }),
    window: optional(duration, {
      description: "Time in which restarts count for max_attempts. Default: unlimited.",
      examples: ["2m"],
    }),
  });

const placement = () =>
  z.strictObject({
    constraints: optional(z.array(patternText(CONSTRAINT)), {
      description:
        "Conditions that a node must fulfill, each with == or !=. A single engine has no nodes to choose from.",
      examples: [["node.labels.zone == building-a"], ["node.role != manager"]],
    }),
  });

const updateConfig = () =>
  z.strictObject({
    ...rollout("updated"),
    failure_action: optional(z.enum(["continue", "pause", "rollback"]), {
      description: "What a swarm does if the update fails. Default: the platform's.",
      examples: ["rollback"],
    }),
  });

const rollbackConfig = () =>
  z.strictObject({
    ...rollout("rolled back"),
    failure_action: optional(z.enum(["continue", "pause"]), {
      description: "What a swarm does if the rollback fails. Default: pause.",
      default: "pause",
      examples: ["continue"],
    }),
  });

/** Compose's `deploy`, as far as OpenFactory or a request supports it. */
export const deploy = deferred(() =>
  z.strictObject({
    mode: optional(z.enum(["replicated", "global", "replicated-job", "global-job"]), {
      description:
        "replicated: a number of instances. global: one instance on each node. replicated-job, global-job: the same for processes that run once and end. Default: replicated.",
      default: "replicated",
      examples: ["global"],
    }),
    replicas: optional(wholeNumber(0, 1_000_000), {
      description: "Number of instances, or of runs of a job. Default: 1.",
      default: 1,
      examples: [2],
    }),
    resources: optional(
      z.strictObject({
        limits: optional(limits(), {
          description: "Maximum resources of an instance.",
          examples: [{ cpus: 0.5, memory: "512Mi" }],
        }),
        reservations: optional(deferred(reservations), {
          description: "Resources that are reserved for an instance. They must not exceed the limits.",
          examples: [{ cpus: 0.25, memory: "128Mi" }],
        }),
      }),
      {
        description: "Limits and reservations of an instance.",
        examples: [{ limits: { cpus: 0.5, memory: "512Mi" } }],
      },
    ),
    placement: optional(deferred(placement), {
      description: "The nodes of a cluster that the app can run on. Default: all nodes.",
      examples: [{ constraints: ["node.labels.zone == building-a"] }],
    }),
    restart_policy: optional(deferred(restartPolicy), {
      description: "When the app is restarted. Alternative to restart.",
      examples: [{ condition: "on-failure", max_attempts: 3 }],
    }),
    update_config: optional(deferred(updateConfig), {
      description: "How an update is applied.",
      examples: [{ order: "start-first", failure_action: "rollback" }],
    }),
    rollback_config: optional(deferred(rollbackConfig), {
      description: "How a rollback is applied.",
      examples: [{ parallelism: 2 }],
    }),
  }),
);

export type Deploy = z.output<typeof deploy>;
