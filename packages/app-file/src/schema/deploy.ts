import { z } from "zod";
import { cpus, decimalNumber, duration, maybe, memory, text, wholeNumber } from "./scalars.js";

const openFiles = wholeNumber(1, 2 ** 31 - 1).describe("Open files of a process (RLIMIT_NOFILE), soft and hard.");

const rollout = {
  parallelism: maybe(wholeNumber(0)).describe("How many tasks at once; 0: all."),
  delay: maybe(duration),
  monitor: maybe(duration).describe("How long a new task is watched for failure."),
  max_failure_ratio: maybe(decimalNumber("expected a number from 0 to 1", (value) => value >= 0 && value <= 1)),
  order: maybe(z.enum(["stop-first", "start-first"])),
};

/** Compose's `deploy`, the part of it that OpenFactory has and the part that goes into a request. */
export const deploy = z
  .strictObject({
    mode: maybe(z.enum(["replicated", "global", "replicated-job", "global-job"])).describe("Default: replicated."),
    replicas: maybe(wholeNumber(0, 1_000_000)).describe("How many instances; for a job, how many runs. Default: 1."),
    resources: maybe(
      z.strictObject({
        limits: maybe(
          z.strictObject({
            cpus: maybe(cpus),
            memory: maybe(memory),
            pids: maybe(wholeNumber(1)).describe("How many processes."),
            open_files: maybe(openFiles),
          }),
        ).describe("What an instance may use at most."),
        reservations: maybe(
          z.strictObject({ cpus: maybe(cpus), memory: maybe(memory), open_files: maybe(openFiles) }),
        ).describe("What is kept free for an instance."),
      }),
    ),
    placement: maybe(
      z.strictObject({
        constraints: maybe(z.array(text)).describe("Such as node.labels.zone == building-a."),
      }),
    ).describe("On which nodes of a cluster it runs."),
    restart_policy: maybe(
      z.strictObject({
        condition: maybe(z.enum(["none", "on-failure", "any"])).describe("Default: any."),
        delay: maybe(duration),
        max_attempts: maybe(wholeNumber(0)),
        window: maybe(duration),
      }),
    ).describe("When it is started again. Or use restart."),
    update_config: maybe(
      z.strictObject({ ...rollout, failure_action: maybe(z.enum(["continue", "pause", "rollback"])) }),
    ).describe("How an update is rolled out."),
    rollback_config: maybe(
      z.strictObject({ ...rollout, failure_action: maybe(z.enum(["continue", "pause"])) }),
    ).describe("How a rollback is rolled out."),
  })
  .describe("How many instances, where, and with what resources.");

export type Deploy = z.output<typeof deploy>;
