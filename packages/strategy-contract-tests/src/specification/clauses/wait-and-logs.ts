import { must, section } from "../clause.js";

const EXITS_WITH =
  "wait > wait() on a service that exits with * rejects with TASK_FAILED, the exit code and the last log lines";

export const waitSection = section(
  "WAIT",
  "Capability wait: wait(serviceName, options) → ServiceStatus",
  {
    types: ["CanWait", "WaitOptions"],
    profile: "wait",
    introduction:
      "Waits until a service is ready, has completed or has failed. `WaitOptions` has `timeoutMs` (default 120000) and `settleMs` (default: the strategy's, which its documentation states).",
  },
  [
    must(
      1,
      "`wait` MUST resolve with the status when all desired instances run: for a process without a health check when it has run for `settleMs`, for one with a health check when it is healthy.",
      [
        "wait > wait() resolves when the process runs",
        "wait > wait() on a service that becomes healthy later resolves only then",
        "wait > wait() on a healthy service resolves before its processes have run for settleMs",
        "wait > wait() on a service without a health check whose processes have run for less than settleMs rejects with TIMEOUT",
        "wait > wait() on several replicas resolves when all run",
      ],
    ),
    must(2, "`wait` MUST resolve with `completed` when all instances have exited with 0 and are not started again.", [
      "wait > wait() on a service that exits with 0 returns completed",
      "rollback > rollback() of a completed job runs the previous version, and wait() waits for it",
    ]),
    must(3, "`wait` MUST resolve with `stopped` for a service that is stopped or has 0 replicas.", [
      "wait > wait() on a service with 0 replicas returns stopped, 0 of 0",
      "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
    ]),
    must(4, "`wait` MUST reject with `TASK_FAILED` when a process exits with another code and is not started again.", [
      EXITS_WITH,
    ]),
    must(
      5,
      "`wait` MUST reject with `TASK_FAILED` when the process is in a crash loop, without waiting for the time limit.",
      ["wait > wait() on a service in a crash loop rejects with TASK_FAILED"],
    ),
    must(6, "`wait` MUST reject with `TASK_FAILED` when the service becomes unhealthy, and name the health check.", [
      "wait > wait() on a service that becomes unhealthy rejects with TASK_FAILED",
    ]),
    must(
      7,
      "A process that exits before its health check has passed MUST be reported with its exit code, and not as unhealthy.",
      [
        "wait > wait() on a service that exits before its health check passes rejects with TASK_FAILED and the exit code, not as unhealthy",
      ],
      { rationale: "The cause is the exit. A check of a process that is gone says nothing." },
    ),
    must(8, "`wait` MUST reject with `TIMEOUT` if the service is neither ready nor failed within `timeoutMs`.", [
      "wait > wait() on a service that is neither healthy nor unhealthy rejects with TIMEOUT",
    ]),
    must(9, "The error of a missing image MUST be `IMAGE_NOT_FOUND` or `TASK_FAILED`, with the platform's message.", [
      "failures > a missing image fails with IMAGE_NOT_FOUND and runs nothing",
      "failed updates > an update to a missing image fails; a rejected one leaves the service unchanged",
    ]),
    must(
      10,
      "`wait` MUST count instances of the current version only: after an update, it resolves when the new version is ready.",
      [
        "update > wait() after an update waits for the new version > *",
        "rollback > rollback() twice returns to the newer version, and wait() accepts either",
      ],
      { capabilities: ["update"] },
    ),
    must(
      11,
      "`wait` MUST reject with `ROLLED_BACK` if the platform has rolled the last update back because it failed.",
      [
        "failed updates > a failed update with FailureAction rollback fails with ROLLED_BACK, and the previous version runs",
      ],
      { capabilities: ["update"], fields: ["updateConfig"] },
    ),
    must(
      12,
      "A failure MUST count until the next update only: `wait` after a later update that succeeds resolves.",
      [
        "failed updates > a failed update with FailureAction rollback fails with ROLLED_BACK, and the previous version runs",
        "failed updates > an update that no node can run keeps the service running and can be reverted",
      ],
      { capabilities: ["update"], fields: ["updateConfig"] },
    ),
    must(13, "`wait` MUST change nothing, however it ends.", [
      "wait > wait() on a service that becomes unhealthy rejects with TASK_FAILED",
      "wait > wait() on a service that is neither healthy nor unhealthy rejects with TIMEOUT",
      "wait > wait() that is aborted rejects with ABORTED and keeps the service",
    ]),
  ],
);

export const logsSection = section(
  "LOGS",
  "Capability logs: logs(serviceName, options) → LogEntry…",
  {
    types: ["CanLogs", "LogsOptions", "LogEntry"],
    profile: "logs",
    introduction:
      "Returns the output of all instances of a service, line by line. `LogsOptions` has `follow` (default false), `tail` (default: all lines) and `since`. A `LogEntry` has `service`, `instance`, `node`, `stream`, `timestamp` and `line`.",
  },
  [
    must(
      1,
      "Each line MUST be one entry, complete, however long it is and in however many parts the platform has it, and without its line break.",
      ["logs > logs() returns each line complete, in its stream and in order"],
      { rationale: "Engines split lines at 16 KiB." },
    ),
    must(
      2,
      "Each entry MUST have the `stream` to which the process wrote: `stdout` or `stderr`. With `tty`, all are `stdout`.",
      ["logs > logs() returns each line complete, in its stream and in order"],
    ),
    must(
      3,
      "The lines of one stream of one instance MUST be in the order in which the process wrote them. The order across streams and instances is not specified.",
      [
        "logs > logs() returns each line complete, in its stream and in order",
        "followed logs > logs() with follow continues with added replicas",
      ],
    ),
    must(
      4,
      "An entry MUST have the `service`, the name of the `instance`, and a `timestamp` in ISO 8601 as the platform has it.",
      ["logs > logs() returns each line complete, in its stream and in order"],
    ),
    must(
      5,
      "Without `follow`, the sequence MUST end after the lines that were written before the call. Without output it is empty.",
      ["logs > logs() of a service without output is empty", "logs > logs() with tail returns the last lines"],
    ),
    must(6, "Lines of instances that have exited MUST be returned as long as the platform keeps them.", [
      "logs > logs() of a service that exited returns its lines",
    ]),
    must(7, "`tail` MUST limit the lines to that number of the latest of each instance, and 0 returns none.", [
      "logs > logs() with tail returns the last lines",
    ]),
    must(8, "`since` MUST limit the lines to those written since then.", [
      "logs > logs() with since returns the lines written since then",
    ]),
    must(
      9,
      "Output that the platform can't return (its log driver can't be read) MUST be `UNSUPPORTED`, not an empty log.",
      [],
      {
        untested: "Not every platform has such a log driver. Tests of the two Docker strategies use the driver `none`.",
      },
    ),
  ],
);

export const followSection = section(
  "FOLLOW",
  "Followed logs",
  { profile: "logs", introduction: "`logs` with `follow: true` continues with new lines." },
  [
    must(
      1,
      "A followed log MUST continue until the service is removed, no process will write again, the reader stops, or it is aborted.",
      [
        "followed logs > logs() with follow continues until it is aborted and rejects with ABORTED",
        "followed logs > logs() with follow ends when the service is removed",
        "followed logs > logs() with follow ends when the reader stops",
      ],
    ),
    must(2, "It MUST end without an error when the service is removed.", [
      "followed logs > logs() with follow ends when the service is removed",
    ]),
    must(3, "It MUST release its connection when the reader stops.", [
      "followed logs > logs() with follow ends when the reader stops",
    ]),
    must(4, "It MUST return all lines of a process that exits.", [
      "followed logs > logs() with follow returns all lines of a service that exits",
    ]),
    must(5, "It MUST continue with the next process after a restart, and return each line once.", [
      "followed logs > logs() with follow continues after a restart without repeating a line",
    ]),
    must(
      6,
      "It MUST continue with the new version after an update, and lose no line of either.",
      ["followed logs > logs() with follow continues with the new version after an update without repeating a line"],
      { capabilities: ["update"] },
    ),
    must(
      7,
      "It MUST continue with replicas that are added.",
      ["followed logs > logs() with follow continues with added replicas"],
      { capabilities: ["scale"] },
    ),
    must(8, "A slow reader MUST hold the stream back: lines are neither dropped nor collected without a limit.", [], {
      untested:
        "It takes more output than a case can have. The load tests follow long logs with slow readers (`npm run test:load`).",
    }),
  ],
);
