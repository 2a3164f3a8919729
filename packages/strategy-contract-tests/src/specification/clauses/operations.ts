import { may, must, section } from "../clause.js";

export const operationsSection = section(
  "OPERATION",
  "Operations in general",
  {
    types: ["OperationOptions"],
    introduction:
      "An operation is a method of a strategy. It is asynchronous: it _resolves_ with a result, or _rejects_ with an error. `logs` is an asynchronous sequence that ends, or rejects. In another language, an operation may be a function that returns or fails, a coroutine, or a call with a callback; the clauses are about its result and about the state of the platform.",
  },
  [
    must(
      1,
      "An operation MUST have taken effect on the platform when it resolves, as far as its own clauses promise, for every other client of the platform.",
      [
        "deployment > deploy() starts a service and returns its name, ids and image",
        "remove > remove() of *removes all of it",
      ],
      { rationale: "The cases ask the platform through probes, never the strategy." },
    ),
    must(
      2,
      "A strategy MUST NOT change an object of its caller: request, options, lists or labels. They may be frozen.",
      [
        "request objects > deploy() accepts a frozen request with every supported field and leaves it unchanged",
        "settings > settingsOf() creates nothing and leaves the request unchanged",
        "preflight > preflight() finds nothing if deploys succeed, and changes nothing",
        "update > update() leaves a frozen request unchanged, and ignores changes that the caller makes while it runs",
        "resources > a * > is created, listed with its labels and removed",
      ],
    ),
    must(
      3,
      "An operation MUST use the request as it was when the operation was called. Changes that the caller makes meanwhile have no effect.",
      [
        "request objects > deploy() ignores changes that the caller makes to the request while it runs",
        "update > update() leaves a frozen request unchanged, and ignores changes that the caller makes while it runs",
      ],
    ),
    must(4, "A strategy MUST accept the same request object for several services.", [
      "request objects > a request can be deployed twice under two names",
    ]),
    must(
      5,
      "A strategy MUST keep no state that another process needs: all that it knows of a service MUST be on the platform.",
      [
        "names in use > the name of a stopped service is in use",
        "inspect > inspect() of a service that another process stopped counts no running replica",
      ],
      {
        rationale:
          "Any machine that reaches the platform continues the work of any other. Nothing has to be shared or repaired.",
        untested:
          "The cases use one strategy at a time, and change its services through probes. Tests of the two Docker strategies use several strategies for one engine.",
      },
    ),
    must(
      6,
      "A method MUST work with any number of other operations in progress, in this process and in others. CONCURRENCY has what then holds.",
      ["concurrency > *"],
    ),
    may(
      7,
      "A strategy MAY retry a call to its platform that failed, if repeating the call can't apply a change twice.",
      [],
      {
        untested:
          "It is a permission. A lost answer can't be provoked through the probes; the fault tests of the Docker strategies do so.",
      },
    ),
    must(
      8,
      "Without an answer of the platform about the outcome of a change, an operation MUST find out by reading the platform, or reject. It MUST NOT report success that it does not know of.",
      [],
      {
        untested:
          "No probe can lose an answer of an engine. The fault tests of the Docker strategies lose the answer of each call (`npm run test:faults`).",
      },
    ),
    must(
      9,
      "`close()`, if the strategy has it, MUST close all connections, so that they don't keep the process alive, and MUST NOT change a service. It resolves also if it is called again. No other operation is called afterwards.",
      [],
      {
        untested:
          "The target of a run closes its strategy after the last case, so a case can't close it. The process of the runner would not end if connections remained.",
      },
    ),
    must(
      10,
      "If a call of the platform fails while an operation runs, the operation MUST either resolve, with all of its effect, or reject, and then everything or nothing has changed, except that `remove` may have ended processes. Another operation can follow at once.",
      ["failed calls > *", "failures > *", "update > a rejected update leaves the service unchanged"],
      {
        rationale: "A caller can repeat the operation, or remove the service, without a repair by hand.",
        untested:
          "Only a target that can fail calls (`calls`) tests each operation. Of operations with many calls, it fails some.",
      },
    ),
    must(
      11,
      "An operation MUST ignore options that it does not know.",
      ["deployment > operations ignore options of later contract versions"],
      { rationale: "A later minor version adds options, which an older strategy then receives." },
    ),
  ],
);
