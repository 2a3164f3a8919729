import { z } from "zod";
import { cpus, decimalNumber, duration, maybe, memory, text, wholeNumber } from "./scalars.js";

const openFiles = wholeNumber(1, 2 ** 31 - 1).describe("Open files of a process (RLIMIT_NOFILE), soft and hard.");

const rollout = {
  parallelism: maybe(wholeNumber(0)).describe("How many tasks are updated at the same time; 0: all."),
  delay: maybe(duration),
  monitor: maybe(duration).describe("How long a new task is monitored for failure."),
  max_failure_ratio: maybe(decimalNumber("expected a number from 0 to 1", (value) => value >= 0 && value <= 1)),
  order: maybe(z.enum(["stop-first", "start-first"])),
};

/** Compose's `deploy`, as far as OpenFactory or a request supports it. */
export const deploy = z
  .strictObject({
    mode: maybe(z.enum(["replicated", "global", "replicated-job", "global-job"])).describe("Default: replicated."),
    replicas: maybe(wholeNumber(0, 1_000_000)).describe("Number of instances, or of runs of a job. Default: 1."),
    resources: maybe(
      z.strictObject({
        limits: maybe(
          z.strictObject({
            cpus: maybe(cpus),
            memory: maybe(memory),
            pids: maybe(wholeNumber(1)).describe("Maximum number of processes."),
            open_files: maybe(openFiles),
          }),
        ).describe("Maximum resources of an instance."),
        reservations: maybe(
          z.strictObject({ cpus: maybe(cpus), memory: maybe(memory), open_files: maybe(openFiles) }),
        ).describe("Resources that are reserved for an instance."),
      }),
    ),
    placement: maybe(
      z.strictObject({
        constraints: maybe(z.array(text)).describe("Constraints, such as node.labels.zone == building-a."),
      }),
    ).describe("The nodes of a cluster that the app can run on."),
    restart_policy: maybe(
      z.strictObject({
        condition: maybe(z.enum(["none", "on-failure", "any"])).describe("Default: any."),
        delay: maybe(duration),
        max_attempts: maybe(wholeNumber(0)),
        window: maybe(duration),
      }),
    ).describe("When the app is restarted. Alternative to restart."),
    update_config: maybe(
      z.strictObject({ ...rollout, failure_action: maybe(z.enum(["continue", "pause", "rollback"])) }),
    ).describe("How an update is applied."),
    rollback_config: maybe(
      z.strictObject({ ...rollout, failure_action: maybe(z.enum(["continue", "pause"])) }),
    ).describe("How a rollback is applied."),
  })
  .describe("Number of instances, resources, placement, and updates.");

export type Deploy = z.output<typeof deploy>;
