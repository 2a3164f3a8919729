import type { FieldSample } from "./sample.js";

const seconds = (count: number): number => count * 1_000_000_000;

const rollout = {
  Parallelism: 2,
  Delay: seconds(1),
  Monitor: seconds(2),
  MaxFailureRatio: 0.5,
  Order: "start-first",
} as const;

/** How it is watched, started again, stopped and updated. */
export const lifecycleSamples: FieldSample[] = [
  { title: "healthcheck, as words", part: async ({ programs }) => ({ healthcheck: { Test: programs.health.good() } }) },
  { title: "healthcheck, as a shell line", part: { healthcheck: { Test: "exit 0" } } },
  {
    title: "healthcheck with times",
    part: async ({ programs }) => ({
      healthcheck: {
        Test: programs.health.good(),
        Interval: seconds(2),
        Timeout: seconds(3),
        Retries: 4,
        StartPeriod: seconds(5),
      },
    }),
  },
  {
    title: "healthcheck with a start interval",
    recent: true,
    part: async ({ programs }) => ({
      healthcheck: { Test: programs.health.good(), StartPeriod: seconds(5), StartInterval: seconds(1) },
    }),
  },
  // Of an image that has none, it says nothing.
  { title: "healthcheck: none", usual: true, part: { healthcheck: { Test: ["NONE"] } } },
  { title: "restart: any", usual: true, part: { restart: { Condition: "any" } } },
  { title: "restart: none", part: { restart: { Condition: "none" } } },
  { title: "restart: on failure", part: { restart: { Condition: "on-failure" } } },
  { title: "restart: on failure, at most three times", part: { restart: { Condition: "on-failure", MaxAttempts: 3 } } },
  {
    title: "restart: with delay and window",
    part: { restart: { Condition: "on-failure", Delay: seconds(1), Window: seconds(60) } },
  },
  { title: "stopGracePeriod", part: { stopGracePeriod: seconds(3) } },
  { title: "updateConfig", part: { updateConfig: { ...rollout, FailureAction: "rollback" } } },
  { title: "rollbackConfig", part: { rollbackConfig: { ...rollout, FailureAction: "pause" } } },
];
