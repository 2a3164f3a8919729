import { must, section, should } from "../clause.js";

export const errorSection = section(
  "ERROR",
  "Errors",
  {
    types: ["DeploymentErrorOptions", "ErrorIssue", "FailedInstance", "ErrorSubject", "SourceLocation"],
    introduction:
      "An error (`DeploymentError`) has a `code`, a `message`, and fields for programs and people. [Error codes](#error-codes) has each code and when it occurs. In another language it is any value with these fields.",
  },
  [
    must(
      1,
      "Every operation that fails MUST reject with an error that has one of the codes of this specification. Only an error that the observer throws is passed on as it is.",
      [
        "failures > *",
        "invalid requests > *",
        "aborted deploys > *",
        "failures > an observer that throws at any event ends deploy() with its error, and nothing is left behind",
      ],
    ),
    must(2, "A code MUST have the meaning that this specification gives it, in every operation.", [
      "failures > *",
      "wait > wait() on a service that exits with *",
    ]),
    must(3, "`message` MUST be one line that says what happened to what, and never empty.", [
      "remove > remove() of a missing or removed service rejects with NOT_FOUND",
    ]),
    must(
      4,
      "`hint` MUST be one line that says what to do, except in `ABORTED`.",
      ["remove > remove() of a missing or removed service rejects with NOT_FOUND"],
      {
        rationale: "An operator reads an error without the source at hand. A caller that aborts knows what to do.",
      },
    ),
    must(5, "`strategy` MUST be the `name` of the manifest.", [
      "remove > remove() of a missing or removed service rejects with NOT_FOUND",
    ]),
    must(6, "`service` MUST be the name of the service, in every error of an operation on one with a valid name.", [
      "remove > remove() of a missing or removed service rejects with NOT_FOUND",
      "exact names > every operation on a part of other services' names rejects with NOT_FOUND and changes nothing",
    ]),
    must(
      7,
      "`help` MUST be the address of a page about the code, beginning with `https://`. A strategy with additional codes passes one for each.",
      ["remove > remove() of a missing or removed service rejects with NOT_FOUND"],
    ),
    must(
      8,
      "`field` MUST be the path of the field that the error is about, if it is about one: `networks[1]`, `ports`.",
      [
        "request fields > request field > *",
        "published ports > a network that excludes others is rejected together with another network",
        "special characters > env with a possible template reaches the process unchanged, or is rejected",
      ],
    ),
    must(
      9,
      "An error with several findings MUST have each as an issue, with its own `message`, and `field`, `code` and `hint` if it has them.",
      [
        "special characters > env with a possible template reaches the process unchanged, or is rejected",
        "request fields > request field > *",
      ],
    ),
    must(
      10,
      "`TASK_FAILED` and `ROLLED_BACK` of a process that ended MUST have the `instance`: its `id`, its `exitCode`, and the last lines of its output, oldest first.",
      [
        "wait > wait() on a service that exits with * rejects with TASK_FAILED, the exit code and the last log lines",
        "failed updates > an update to a process that exits fails with the exit code and the last log lines; a rejected one leaves the service unchanged",
        "failed updates > a failed update with FailureAction rollback fails with ROLLED_BACK, and the previous version runs",
      ],
      { profile: "wait" },
    ),
    should(
      11,
      "`cause` SHOULD be the original error of the platform, so that `--debug` can print it. It is not part of the data of the error.",
      [],
      {
        untested: "The platform's error has no form that a case could expect.",
      },
    ),
    must(
      12,
      "An error MUST be recognized by its code, and by no text of its message: a strategy and its callers may have different copies of the library.",
      [],
      {
        rationale:
          "`instanceof` fails across copies of a package. `DeploymentError.isInstance` tests a registered symbol.",
        untested:
          "It binds callers. The suite itself recognizes errors in this way, also of strategies with their own copy of the library.",
      },
    ),
    must(
      13,
      "An error as data (`toJSON`) MUST have the fields `code`, `message`, `hint`, `help`, `service`, `strategy`, `field`, `subject`, `location`, `issues` and `instance`, each only if it is set.",
      [],
      {
        untested: "It is the library's own format, tested by core's unit tests.",
      },
    ),
    must(14, "A platform that can't be reached MUST be `ENGINE_UNREACHABLE`, in every operation.", [], {
      untested: "The suite has one connection, and can't cut it. Tests of the two Docker strategies do so.",
    }),
    must(15, "Credentials that the platform or a registry refuses MUST be `UNAUTHORIZED`.", [], {
      untested:
        "The suite's images need no credentials. Tests of the two Docker strategies have a registry with a login.",
    }),
    must(
      16,
      "A failure of the platform for which there is no code MUST be `ENGINE_ERROR`, with the platform's message.",
      ["failures > a missing program fails and runs nothing"],
      { untested: "The suite can't make a platform fail otherwise. The fault tests of the Docker strategies do so." },
    ),
  ],
);

export const observerSection = section(
  "OBSERVER",
  "Progress events and warnings",
  {
    types: ["ProgressEvent", "DeploymentWarning"],
    introduction:
      "`options.observer` is a function that gets progress events (`ProgressEvent`) and returns nothing. `deploy`, `update`, `rollback`, `scale`, `wait`, `remove`, `restart`, `stop` and `start` report events; others may.",
  },
  [
    must(
      1,
      "The observer MUST be called during the operation only, in the order of the events, and one event at a time.",
      ["deployment > each progress event of deploy() names its service, and none comes after the result"],
    ),
    must(
      2,
      "Each event MUST have a `type` (`pull`, `step`, `waiting`, `warning`), the `service`, and the fields of its type.",
      [
        "deployment > each progress event of deploy() names its service, and none comes after the result",
        "wait > wait() on a service that becomes healthy later resolves only then",
      ],
    ),
    should(
      3,
      "`deploy` and `update` SHOULD report a `step` before each change on the platform, so that a caller can show progress and abort in between.",
      [
        "aborted deploys > deploy() aborted at each progress event rejects with ABORTED, leaves nothing behind and frees the name",
        "concurrent updates > an aborted update > at each progress event rejects with ABORTED and leaves the service unchanged",
      ],
    ),
    must(
      4,
      "`wait` MUST report an event `waiting` with the numbers of running and desired instances when the service is not ready at once.",
      ["wait > wait() on a service that becomes healthy later resolves only then"],
      { profile: "wait" },
    ),
    must(
      5,
      "An error that the observer throws MUST end the operation with that error, and the operation cleans up as after an abort.",
      ["failures > an observer that throws at any event ends deploy() with its error, and nothing is left behind"],
    ),
    must(6, "An observer is optional. An operation MUST have the same effect without one.", [
      "deployment > deploy() starts a service and returns its name, ids and image",
    ]),
    must(
      7,
      "A warning (`DeploymentWarning`) MUST have one of the codes of this specification, the `service`, the `strategy` and a `reason` of one sentence.",
      [
        "request fields > request field > *",
        "deployment > each progress event of deploy() names its service, and none comes after the result",
      ],
    ),
    must(
      8,
      "A warning about a registry and not about one service MUST have the `registry`, so that a caller reports it once for all services.",
      [],
      {
        untested:
          "The suite can't make a registry or a credential helper fail. Tests of the two Docker strategies do so.",
      },
    ),
    must(
      9,
      "A warning MUST NOT mean that the operation failed: its result is what the caller gets, and the operation is not repeated.",
      ["request fields > request field > *"],
    ),
  ],
);
