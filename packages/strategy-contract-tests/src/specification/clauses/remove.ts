import { must, section } from "../clause.js";

const ALL_OF_IT = "remove > remove() of *removes all of it";

export const removeSection = section(
  "REMOVE",
  "remove(serviceName, options)",
  {
    types: ["RemoveOptions"],
    introduction: "Removes one service. `RemoveOptions` has `wait` (default false) and `timeoutMs` (default 60000).",
  },
  [
    must(
      1,
      "`remove` MUST remove the service with exactly this name and all of its instances, whether they run, were stopped, have exited, or are in a crash loop.",
      [ALL_OF_IT, "stop > remove() of a stopped service removes all of it"],
    ),
    must(2, "When `remove` resolves, the name MUST be free, and no operation finds the service.", [
      "names in use > the name of a removed service is free",
      ALL_OF_IT,
      "list > list() returns each service once, sorted by name, and no removed one",
    ]),
    must(
      3,
      "All of its processes MUST end soon after, without a further call; with the option `wait`, they MUST have ended when `remove` resolves.",
      [
        "remove > remove() of a running service removes all of it",
        "remove > remove() with wait resolves when nothing of the service is left",
      ],
    ),
    must(
      4,
      "Each process MUST get its stop signal and its grace period before it is killed.",
      ["remove > remove() stops the process and waits for its grace period"],
      { rationale: "An app that writes to a file or a database must be able to complete it." },
    ),
    must(
      5,
      "Its host ports MUST be free when `remove` with `wait` resolves.",
      ["remove > remove() frees the host port"],
      { fields: ["ports"] },
    ),
    must(
      6,
      "If the processes have not ended within `timeoutMs`, `remove` with `wait` MUST reject with `TIMEOUT`.",
      [],
      {
        untested: "No case depends on time: whether a process ends within a limit is a matter of the machine.",
      },
    ),
    must(7, "A name without a service MUST be rejected with `NOT_FOUND`.", [
      "remove > remove() of a missing or removed service rejects with NOT_FOUND",
    ]),
    must(
      8,
      "`remove` MUST NOT touch another service, nor a named volume, network, secret or config that the service uses.",
      [
        "exact names > remove() keeps services whose names contain the name",
        "remove > remove() stops the process and waits for its grace period",
        "resources > a * > that a service uses rejects its removal with CONFLICT until the service is removed",
      ],
    ),
    must(
      9,
      "All that the strategy keeps for a service (a previous version, the remains of an interrupted update) MUST be removed with it.",
      ["updates that reuse a host port or volume > update() leaves one service, and remove() nothing of it"],
    ),
    must(
      10,
      "`remove` with a signal that is aborted before MUST reject with `ABORTED` and leave the service running.",
      ["remove > remove() with an aborted signal rejects with ABORTED and keeps the service running"],
    ),
    must(
      11,
      "After an abort at any time, another `remove` MUST either remove the remaining parts, or reject with `NOT_FOUND` because nothing remains.",
      ["remove > remove() that is aborted at any time is completed by another remove()"],
      { rationale: "A removal can't be undone, so an aborted one may have ended processes." },
    ),
  ],
);
