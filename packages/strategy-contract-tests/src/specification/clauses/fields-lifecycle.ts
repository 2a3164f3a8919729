import { must, section } from "../clause.js";

const field = (title: string): string => `request fields > request field > ${title}`;
const invalid = (part: string): string =>
  `invalid requests > deploy() rejects with INVALID_REQUEST and creates nothing > ${part}`;

export const lifecycleSection = section("LIFECYCLE", "Field: healthcheck, restart, stop, update settings", {}, [
  must(
    1,
    "`healthcheck.Test` MUST be one shell line, or a list that begins with `NONE`, `CMD` or `CMD-SHELL`. Its exit code 0 means healthy.",
    [
      field("healthcheck, as words"),
      field("healthcheck, as a shell line"),
      "inspect > inspect() returns the health of an instance",
    ],
    { fields: ["healthcheck"] },
  ),
  must(
    2,
    "`Interval`, `Timeout`, `Retries`, `StartPeriod` and `StartInterval` MUST have the meaning of the Engine API. A platform without `StartInterval` rejects it.",
    [field("healthcheck with times"), field("healthcheck with a start interval")],
    { fields: ["healthcheck"] },
  ),
  must(3, '`Test: ["NONE"]` MUST disable the health check of the image.', [field("healthcheck: none")], {
    fields: ["healthcheck"],
    untested: "The setting on the platform is compared; no image of the suite has a health check.",
  }),
  must(
    4,
    "Without `restart`, or with the condition `any`, a process that ends MUST be started again, whatever its exit code.",
    [
      field("restart: any"),
      "settings > settings are the same with the default restart policy",
      "deployment > deploy() sets no field that the request does not have",
      "remove > remove() of a service in a crash loop removes all of it",
      "followed logs > logs() with follow continues after a restart without repeating a line",
    ],
    { fields: ["restart"] },
  ),
  must(
    5,
    "With the condition `none`, a process that ends MUST NOT be started again.",
    [
      field("restart: none"),
      "inspect > inspect() of a service that exited with *",
      "wait > wait() on a service that exits with *",
    ],
    { fields: ["restart"] },
  ),
  must(
    6,
    "With the condition `on-failure`, a process MUST be started again only if its exit code is not 0, and at most `MaxAttempts` times if that is set.",
    [field("restart: on failure"), field("restart: on failure, at most three times")],
    {
      fields: ["restart"],
      untested: "The setting on the platform is compared; no case counts the attempts.",
    },
  ),
  must(
    7,
    "`Delay` and `Window` MUST have the meaning of the Engine API, or be declared as limitations.",
    [field("restart: with delay and window")],
    {
      fields: ["restart"],
    },
  ),
  must(
    8,
    "`stopSignal` MUST be the signal that asks the process to end: a name with or without `SIG`, in any case, or a number. Default: the image's, or SIGTERM.",
    [field("stopSignal"), "process environment > a process gets its stop signal when it is stopped"],
    { fields: ["stopSignal"] },
  ),
  must(
    9,
    "`stopGracePeriod` MUST be the time between the stop signal and the kill signal. Default: the platform's, such as 10 s.",
    [
      field("stopGracePeriod"),
      invalid('{"stopGracePeriod":1}'),
      "remove > remove() stops the process and waits for its grace period",
      "stop > stop() waits for the grace period of the process",
    ],
    {
      fields: ["stopGracePeriod"],
      untested: "That a process is killed at the end of the period is not tested, since no case depends on time.",
    },
  ),
  must(
    10,
    "`updateConfig` and `rollbackConfig` MUST have the meaning of the Engine API. A strategy that updates in its own way declares them as not supported.",
    [field("updateConfig"), field("rollbackConfig"), "failed updates > a failed update with FailureAction *"],
    { fields: ["updateConfig"] },
  ),
]);
