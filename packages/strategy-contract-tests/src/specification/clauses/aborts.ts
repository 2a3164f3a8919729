import { must, section } from "../clause.js";

const EVERY_OPERATION = [
  "aborted deploys > deploy() with an aborted signal rejects with ABORTED and does nothing",
  "remove > remove() with an aborted signal rejects with ABORTED and keeps the service running",
  "aborted reads > *() with an aborted signal rejects with ABORTED",
  "followed logs > logs() with an aborted signal rejects with ABORTED",
  "update > a rejected update leaves the service unchanged",
  "rollback > rollback() with an aborted signal rejects with ABORTED and leaves the service unchanged",
  "scale > scale() with an aborted signal rejects with ABORTED and leaves the service unchanged",
  "restart > restart() with an aborted signal rejects with ABORTED and restarts nothing",
  "stop > stop() and start() with an aborted signal reject with ABORTED and change nothing",
  "exec > exec() rejects with ABORTED, before and while the command runs",
  "settings > settingsOf() rejects an invalid request with INVALID_REQUEST, and an aborted signal with ABORTED",
  "resources > a * > with an aborted signal rejects with ABORTED and changes nothing",
  "preflight > preflight() with an aborted signal rejects with ABORTED",
  "diagnose > diagnose() with an aborted signal rejects with ABORTED",
  "lock > lock() and unlock() with an aborted signal reject with ABORTED and change nothing",
  "refreshAuth > refreshAuth() with an aborted signal rejects with ABORTED and changes nothing",
  "elsewhere > elsewhere() with an aborted signal rejects with ABORTED",
  "list > engineId() with an aborted signal rejects with ABORTED",
];

export const abortSection = section(
  "ABORT",
  "Aborts and time limits",
  {
    introduction:
      "`options.signal` is an `AbortSignal`: a value that the caller can _abort_ once, with a reason, while an operation is in progress. In another language it is a cancellation token or a context. A caller implements a time limit of its own by aborting with an error `TIMEOUT` as the reason.",
  },
  [
    must(
      1,
      "Every operation MUST accept a signal, and reject with `ABORTED` and do nothing if it is aborted before.",
      EVERY_OPERATION,
    ),
    must(
      2,
      "An abort during an operation MUST end it soon: it does not wait for a pull, a process or a time limit that has no end.",
      [
        "slow images > deploy() aborted during the pull rejects with ABORTED, leaves nothing behind and frees the name",
        "wait > wait() that is aborted rejects with ABORTED and keeps the service",
        "followed logs > logs() with follow continues until it is aborted and rejects with ABORTED",
        "exec > exec() rejects with ABORTED, before and while the command runs",
      ],
      { untested: "Each case would hang otherwise. How soon is not tested, since no case depends on time." },
    ),
    must(
      3,
      "An aborted `deploy` or `update` MUST undo what it has done before it rejects.",
      ["aborted deploys > *", "concurrent updates > an aborted update > *"],
      { rationale: "A caller that retries or exits after Ctrl-C must find the platform unchanged." },
    ),
    must(
      4,
      "If an operation has completed its change when the signal is aborted, it MUST resolve, or undo the change and reject. It never rejects with `ABORTED` and leaves the change.",
      [
        "aborted deploys > deploy() aborted at any time either completes or leaves nothing behind > *",
        "concurrent updates > an aborted update > *",
      ],
    ),
    must(
      5,
      "What an interrupted call to the platform still causes later MUST be undone, too.",
      [
        "aborted deploys > *",
        "slow images > deploy() aborted during the pull rejects with ABORTED, leaves nothing behind and frees the name",
      ],
      { rationale: "An engine may complete a creation after the client has closed the connection." },
    ),
    must(
      6,
      "If the reason of the signal is a `DeploymentError`, the operation MUST reject with that error, completed with service and strategy, in place of `ABORTED`.",
      [
        "aborted deploys > deploy() rejects with the reason of the signal if that is a DeploymentError",
        "slow images > deploy() aborted by a time limit during the pull rejects with its error and leaves nothing behind",
        "aborted reads > a read rejects with the reason of the signal if that is a DeploymentError",
      ],
    ),
    must(7, "An abort after the operation has ended MUST have no effect.", [
      "aborted deploys > a signal that is aborted after deploy() has no effect",
    ]),
    must(8, "An aborted read MUST change nothing.", [
      "aborted reads > *",
      "wait > wait() that is aborted rejects with ABORTED and keeps the service",
      "followed logs > logs() with follow continues until it is aborted and rejects with ABORTED",
    ]),
    must(
      9,
      "`restart`, `stop` and `remove` end processes, which can't be undone: after `ABORTED`, some processes may have ended. The service MUST be in a state from which the same operation can be repeated.",
      ["remove > remove() that is aborted at any time is completed by another remove()"],
    ),
    must(
      10,
      "A time limit that expires MUST be `TIMEOUT`, with what was waited for in the message, and undo nothing unless the operation is `deploy` or `update`.",
      [
        "wait > wait() on a service that is neither healthy nor unhealthy rejects with TIMEOUT",
        "slow images > during the pull, other services deploy and the service does not count as running; then it runs",
      ],
    ),
    must(
      11,
      "Time limits in options MUST have these defaults: `remove` 60 s, `wait` 120 s, `update` 120 s, `removeResource` 10 s.",
      [],
      {
        untested: "A case would take as long as the limit.",
      },
    ),
  ],
);
