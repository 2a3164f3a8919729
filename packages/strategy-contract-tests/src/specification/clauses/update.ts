import { must, section } from "../clause.js";

const FAILS =
  "failed updates > an update to a process that exits fails with the exit code and the last log lines; a rejected one leaves the service unchanged";
const REVISION =
  "concurrent updates > update() of the current revision succeeds, and of an earlier revision rejects with CONFLICT and changes nothing";

export const updateSection = section(
  "UPDATE",
  "Capability update: update(request, options) → Deployment",
  {
    types: ["CanUpdate", "UpdateOptions"],
    profile: "update",
    introduction:
      "Changes an existing service to match a request. `UpdateOptions` has `strict`, `revision`, `timeoutMs` (default 120000: the time limit for the new version to become ready while the old one is kept) and `settleMs` (as in `wait`).",
  },
  [
    must(
      1,
      "When `update` resolves, every setting of the service MUST be that of the request: fields that the request does not have are as after a deploy without them.",
      [
        "update > update() replaces every setting of the service with those of the request",
        "update > update() to all supported fields and then to none of them applies each and keeps none",
      ],
      { rationale: "A request describes the whole service. A merge would keep what a file no longer says." },
    ),
    must(
      2,
      "`update` MUST resolve when the change is complete, or when the platform performs it by itself; the result is a `Deployment` with the `ids` that the service has then.",
      [
        "update > update() replaces every setting of the service with those of the request",
        "update > wait() after an update waits for the new version > *",
      ],
    ),
    must(
      3,
      "One service with that name MUST exist at all times, for `list`, `inspect` and every other client.",
      [
        "updates that reuse a host port or volume > update() leaves one service, and remove() nothing of it",
        "update > update() replaces every setting of the service with those of the request",
      ],
      { untested: "The cases look before and after. Tests of the two Docker strategies also look during an update." },
    ),
    must(4, "A service of which nothing runs MUST be started by an update, also to the same settings.", [
      "stop > update() of a stopped service runs the new version, and rollback() the old one",
      "stop > update() to the same settings runs a stopped service",
    ]),
    must(5, "`update` MUST change no other service.", ["update > update() changes no other service"]),
    must(
      6,
      "An update that can't be made in place (see `needsReplacement`) MUST be rejected with `UNSUPPORTED` and change nothing.",
      [],
      {
        untested:
          "Which changes these are depends on the platform. Tests of the Swarm strategy change the kind of mode.",
      },
    ),
    must(
      7,
      "A version that uses what the old one holds (a host port, a volume) MUST be possible, and so MUST the way back.",
      [
        "updates that reuse a host port or volume > update() and rollback() of a service with * succeed",
        "updates that reuse a host port or volume > a rejected update of a service with * to a missing program keeps the service running",
      ],
    ),
    must(
      8,
      'Two versions MUST NOT write to one volume or hold one host port or device at the same time, unless the request asks for that (`Order: "start-first"`).',
      ["updates that reuse a host port or volume > *"],
      {
        rationale: "Two processes on one data directory corrupt it.",
        untested: "That both never run at once is not observed. Tests of the local Docker strategy do so.",
      },
    ),
    must(
      9,
      "`previous` in the status MUST be the image and the labels of the version before the last update, if `rollback` can restore it.",
      [
        "update > inspect() returns the image and labels of the previous version after an update",
        "settings > settings and revision change only with an update or a scaling",
      ],
      { capabilities: ["inspect", "rollback"] },
    ),
    must(
      10,
      "`previous.settings` of `inspect` is optional. If it is set, it MUST be the settings that the service has after `rollback`.",
      ["rollback > inspect() after update() returns the settings of the version that rollback() restores"],
      {
        capabilities: ["inspect", "rollback", "settings"],
        rationale: "Under a policy, a rollback to a version with unknown settings is refused.",
      },
    ),
  ],
);

export const revisionSection = section(
  "REVISION",
  "Revisions and conflicts",
  {
    profile: "update",
    introduction:
      "`revision` of a status is an opaque text for the state of a service's settings. A caller that planned a change passes it to `update`, so that it does not overwrite a change that it has not seen.",
  },
  [
    must(
      1,
      "A strategy with `update` and `inspect` MUST return a `revision`.",
      ["settings > settings and revision change only with an update or a scaling"],
      {
        capabilities: ["inspect", "settings"],
      },
    ),
    must(
      2,
      "The revision MUST change whenever the settings of the service change, and only then.",
      ["settings > settings and revision change only with an update or a scaling", REVISION],
      { capabilities: ["inspect"], untested: "Changes by other tools are tested for the two Docker strategies." },
    ),
    must(
      3,
      "`inspect` and `list` with `settings` MUST return the same revision.",
      ["settings > the settings of a service equal those of its request > *"],
      {
        capabilities: ["list", "settings"],
      },
    ),
    must(4, "`update` with the current revision MUST succeed.", [REVISION], { capabilities: ["inspect"] }),
    must(
      5,
      "`update` with an earlier revision MUST be rejected with `CONFLICT` and change nothing. The error contains no values.",
      [REVISION],
      {
        capabilities: ["inspect"],
      },
    ),
    must(6, "Without a revision, `update` MUST replace whatever the service is.", [
      "concurrent updates > concurrent updates leave the service with one complete version, and lost ones reject with CONFLICT",
      "update > update() replaces every setting of the service with those of the request",
    ]),
  ],
);

export const failedUpdateSection = section("FAILED-UPDATE", "Failed and aborted updates", { profile: "update" }, [
  must(1, "An `update` that rejects MUST leave the settings and the processes of the service unchanged.", [
    "update > a rejected update leaves the service unchanged",
    FAILS,
    "failed updates > an update to a missing image fails; a rejected one leaves the service unchanged",
    "updates that reuse a host port or volume > a rejected update of a service with * to a missing program keeps the service running",
  ]),
  must(
    2,
    "An aborted `update` MUST either resolve with the new version in place, or reject with `ABORTED` and leave the service unchanged, at whatever time it is aborted.",
    ["concurrent updates > an aborted update > *"],
  ),
  must(
    3,
    "An update to a process that exits MUST be reported: by `update` (`TASK_FAILED`), or by the next `wait` (`TASK_FAILED` or `ROLLED_BACK`), with the exit code and the last log lines.",
    [FAILS],
    { capabilities: ["wait"] },
  ),
  must(
    4,
    'With `FailureAction: "rollback"`, the previous version MUST run again after a failure, and the error is `ROLLED_BACK`.',
    [
      "failed updates > a failed update with FailureAction rollback fails with ROLLED_BACK, and the previous version runs",
    ],
    { capabilities: ["wait"], fields: ["updateConfig"] },
  ),
  must(
    5,
    'With `FailureAction: "pause"`, the new settings MUST stay after a failure, and the error is `TASK_FAILED`.',
    ["failed updates > a failed update with FailureAction pause fails with TASK_FAILED and keeps the new version"],
    { capabilities: ["wait"], fields: ["updateConfig"] },
  ),
  must(
    6,
    "A version that no node can run MUST NOT stop or hide the running one with the order `start-first`, and the update can be reverted.",
    ["failed updates > an update that no node can run keeps the service running and can be reverted"],
    { capabilities: ["wait", "inspect"], fields: ["constraints", "updateConfig"] },
  ),
  must(7, "A failed update MUST leave nothing else behind.", [FAILS, "concurrent updates > an aborted update > *"]),
  must(
    8,
    "If the process that performs an update is killed, the next `update`, `rollback` or `remove` MUST recover the service, and reads MUST return one version of it meanwhile.",
    [],
    {
      untested: "The suite can't kill the process that it runs in. The kill tests do so (`npm run test:kills`).",
    },
  ),
]);

export const rollbackSection = section(
  "ROLLBACK",
  "Capability rollback: rollback(serviceName) → Deployment",
  { types: ["CanRollback"], profile: "rollback", introduction: "Restores the version before the last update." },
  [
    must(
      1,
      "`rollback` MUST restore all settings of the version before the last update, and run it.",
      [
        "rollback > rollback() restores the service from before its update",
        "updates that reuse a host port or volume > update() and rollback() of a service with * succeed",
      ],
      { capabilities: ["update"] },
    ),
    must(
      2,
      "A second `rollback` MUST return to the newer version.",
      ["rollback > rollback() twice returns to the newer version, and wait() accepts either"],
      {
        capabilities: ["update"],
      },
    ),
    must(
      3,
      "A `rollback` of a service without a previous version MUST be rejected with `CONFLICT` and change nothing.",
      ["rollback > rollback() of a service that was never updated rejects with CONFLICT and leaves it unchanged"],
    ),
    must(
      4,
      "`rollback` MUST restore the version that `previous` announces, or reject: never another one.",
      [
        "restart > rollback() after restart() restores the previous version, or rejects if there is none",
        "stop > rollback() after stop() restores the previous version, or rejects if there is none",
      ],
      { capabilities: ["update", "inspect"] },
    ),
    must(
      5,
      "The result MUST be a `Deployment` with the `ids` that the service has then.",
      ["rollback > rollback() restores the service from before its update"],
      {
        capabilities: ["update"],
      },
    ),
    must(
      6,
      "`wait` after a rollback MUST wait for the restored version, and not report the rollback as a failure.",
      [
        "rollback > rollback() twice returns to the newer version, and wait() accepts either",
        "rollback > rollback() of a completed job runs the previous version, and wait() waits for it",
      ],
      { capabilities: ["update", "wait"] },
    ),
    must(
      7,
      "An aborted or failed `rollback` MUST leave the service unchanged.",
      ["rollback > rollback() with an aborted signal rejects with ABORTED and leaves the service unchanged"],
      { capabilities: ["update"] },
    ),
    must(
      8,
      "If the previous version can't be kept (by `restart`, `stop`, `refreshAuth`), the operation MUST warn with `PREVIOUS_VERSION_LOST`.",
      [
        "restart > rollback() after restart() restores the previous version, or rejects if there is none",
        "stop > rollback() after stop() restores the previous version, or rejects if there is none",
      ],
      { capabilities: ["update", "inspect"] },
    ),
  ],
);
