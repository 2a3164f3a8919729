import { may, must, section } from "../clause.js";

const STATE_OF_ENGINE = "inspect > inspect() returns the state of the engine";
const LIST_STATE = "list > list() returns the state of the engine for each service";

export const inspectSection = section(
  "INSPECT",
  "Capability inspect: inspect(serviceName) → ServiceStatus",
  {
    types: ["CanInspect", "ServiceStatus", "ServiceState", "UpdateState", "InstanceStatus"],
    profile: "inspect",
    introduction:
      "Reads the status of one service: `name`, `ids`, `image`, `state`, `update`, `replicas`, `ports`, `labels`, `createdAt`, `instances`, and further fields of other capabilities. Reading never changes anything.",
  },
  [
    must(1, "A status MUST be what the platform has at the time of the call, whoever changed the service last.", [
      STATE_OF_ENGINE,
      "inspect > inspect() of a service that another process stopped counts no running replica",
    ]),
    must(2, "`ids`, `image` and `labels` MUST be those of the deployment and its request.", [
      STATE_OF_ENGINE,
      LIST_STATE,
    ]),
    must(3, "`state` MUST be `running` if all desired instances run, and are healthy if they have a health check.", [
      STATE_OF_ENGINE,
      "inspect > inspect() returns the health of an instance",
      "list > list() returns pending for a service that is not healthy yet, and running for a healthy one",
    ]),
    must(4, "`state` MUST be `pending` if the service was created and not all instances run or are healthy yet.", [
      "list > list() returns pending for a service that is not healthy yet, and running for a healthy one",
    ]),
    must(5, "`state` MUST be `completed` if all instances have exited with code 0 and will not be started again.", [
      "inspect > inspect() of a service that exited with 0 returns completed",
      "wait > wait() on a service that exits with 0 returns completed",
    ]),
    must(
      6,
      "`state` MUST be `failed` if an instance exited with another code, could not start, or is in a crash loop.",
      [
        "inspect > inspect() of a service that exited with * returns failed",
        "list > list() returns services that exited",
      ],
    ),
    must(7, "`state` MUST be `stopped` if the service is not meant to run: it was stopped, or has 0 replicas.", [
      "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
      "wait > wait() on a service with 0 replicas returns stopped, 0 of 0",
    ]),
    must(
      8,
      "`replicas.desired` MUST be the number of instances that the service should have, and `running` the number of those that run, and are healthy if they have a health check. Instances of an earlier version that still run count.",
      [
        STATE_OF_ENGINE,
        LIST_STATE,
        "list > list() returns pending for a service that is not healthy yet, and running for a healthy one",
        "wait > wait() on several replicas resolves when all run",
        "failed updates > an update that no node can run keeps the service running and can be reverted",
      ],
    ),
    must(
      9,
      "`ports` MUST be the ports that the platform publishes now, each with `target`, `published` and `protocol`.",
      [
        STATE_OF_ENGINE,
        "published ports > inspect() and list() return the ports that the engine publishes",
        "published ports > a port without a host port gets one that the engine chooses",
      ],
    ),
    must(10, "`createdAt` MUST be a time in ISO 8601.", [STATE_OF_ENGINE]),
    must(
      11,
      "`instances` MUST have the running instances and the latest of those that ended, each with `id`, `name`, `state`, the platform's own `engineState`, and `restarts` since the last update; `exitCode` of one that exited, and `health` of one with a health check.",
      [
        STATE_OF_ENGINE,
        "update > wait() and inspect() count no restart of a service that was updated",
        "inspect > inspect() of a service that exited with *",
        "inspect > inspect() returns the health of an instance",
      ],
    ),
    may(
      12,
      "A status MAY have `node` (of an instance), `networks` and `update` if the platform knows them. Then they are right.",
      ["inspect > inspect() returns the networks of the service, if any"],
      { untested: "`node` and `update` depend on the platform; tests of the Swarm strategy cover them." },
    ),
    must(
      13,
      "During an update that the platform performs, `update` MUST be its state, and `running` of `state` MUST mean that all instances of the new version run.",
      [
        "update > wait() after an update waits for the new version > *",
        "failed updates > an update that no node can run keeps the service running and can be reverted",
      ],
      { capabilities: ["update"] },
    ),
    must(
      14,
      "`unfinished` MUST be true while a deploy, an update or a rollback is in progress or was interrupted, on a platform on which a change takes several steps; the next `update` recovers the service.",
      [
        "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
      ],
      {
        capabilities: ["update"],
        untested:
          "That it is absent after a complete operation is tested. The suite can't kill the process of a strategy; the kill tests do (`npm run test:kills`).",
      },
    ),
    must(
      15,
      "From the creation of a new version until the change has ended or is reverted, its labels MUST be those of the status, or of `unfinishedVersion`; once the new version is the service, `unfinishedVersion` MUST be the earlier one until that is retired. `remove` of the name of `unfinishedVersion` MUST end the change: the service stays, unchanged unless the new version is the service already.",
      [
        "update > inspect() returns the labels of the version that an update creates, and remove() of that version keeps the service",
      ],
      {
        capabilities: ["update"],
        fields: ["labels"],
        rationale:
          "After an interrupted adoption, the service belongs to one owner and the new version to another, which must be able to remove its own version only.",
      },
    ),
  ],
);

export const listSection = section(
  "LIST",
  "Capability list: list(options) → ServiceStatus[]",
  {
    types: ["CanList", "ListOptions"],
    profile: "list",
    introduction:
      "Lists all services of the platform. `ListOptions` has `labels`, `settings` (default false), `instances` (default true) and `isRelevant` (default: all are).",
  },
  [
    must(
      1,
      "`list` MUST return each service of the platform once, sorted by name: running or not, and of every user.",
      [
        "list > list() returns each service once, sorted by name, and no removed one",
        "list > list() returns services that exited",
      ],
    ),
    must(
      2,
      "The status of a service MUST be that of `inspect`, except for the parts that the options leave out and for `restarts`, which may be absent.",
      [
        LIST_STATE,
        "list > list() counts the same restarts as inspect(), or leaves them out",
        "published ports > inspect() and list() return the ports that the engine publishes",
        "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
      ],
    ),
    must(
      3,
      "With `labels`, `list` MUST return the services that have all of these labels with exactly these values; an empty value matches an empty value only.",
      ["list > list() by labels returns the services that have all labels with these values"],
      { fields: ["labels"] },
    ),
    must(
      4,
      "With `settings`, every service MUST have its `settings`; without it, they may be absent if they would cost a call.",
      ["settings > the settings of a service equal those of its request > *"],
      { capabilities: ["settings"] },
    ),
    may(
      5,
      "With `instances: false`, a strategy MAY leave the instances of converged services out, to save calls. States and numbers stay right.",
      ["wait > wait() on a service with 0 replicas returns stopped, 0 of 0"],
    ),
    must(
      6,
      "`isRelevant` MUST get name and labels of a service, and MUST NOT remove one from the list: `settings` and `instances` of a service that is not relevant may be left out, and one that was stopped may be reported as ended.",
      ["list > list() with isRelevant returns every service, and asks it for names and labels"],
    ),
    must(
      7,
      "Workloads that are not services of this strategy MUST NOT be listed: previous versions, remains of updates, locks, and other orchestrators' workloads. A version whose service no longer exists MUST be listed, with `versionOf`.",
      [
        "updates that reuse a host port or volume > update() leaves one service, and remove() nothing of it",
        "other orchestrators > list() omits containers of other orchestrators *",
        "lock > a lock is not a service and does not block one",
      ],
    ),
    may(8, "A strategy MAY have `engineId`.", ["list > engineId() returns the same id of the engine in every call"]),
    must(
      9,
      "`engineId` MUST return the same text as long as the engine or cluster exists, at every address, and another one for every other engine.",
      ["list > engineId() returns the same id of the engine in every call"],
      {
        rationale: "A saved plan is applied only to the engine that it was made for.",
        untested: "A target has one engine at one address. Tests of the two Docker strategies have several.",
      },
    ),
  ],
);

export const settingsSection = section(
  "SETTINGS",
  "Capability settings: settingsOf(request) → ServiceSettings",
  {
    types: ["CanReportSettings", "ServiceSettings"],
    profile: "settings",
    introduction:
      "Makes services comparable with requests, so that a plan shows differences field by field. `settings` of a status (`ServiceSettings`) are a normalized request without `imagePullPolicy`, read back from the platform; `settingsOf(request)` predicts them.",
  },
  [
    must(
      1,
      "`settings` of a deployed service MUST equal `settingsOf` of its request, deeply, for every field that the strategy supports, in `inspect` and in `list`.",
      [
        "settings > the settings of a service equal those of its request > *",
        "settings > settings contain the fields of the request and nothing that the engine or the image adds",
      ],
      { rationale: "A plan after a deploy is empty, and a difference is a change that someone made." },
    ),
    must(
      2,
      "Values that the platform or the image fills in MUST be left out, and so MUST values that equal the default.",
      [
        "settings > settings contain the fields of the request and nothing that the engine or the image adds",
        "settings > settings are the same with *",
      ],
    ),
    must(
      3,
      "Requests that mean the same MUST have equal settings: the order of `env`, empty lists, defaults that are written out, another form of the same value.",
      ["settings > settings are the same with *"],
    ),
    must(4, "Requests that differ in a supported field MUST have different settings.", [
      "settings > the settings of a service equal those of its request > *",
    ]),
    must(5, "Settings MUST be a valid request, with the same settings again.", [
      "settings > the settings of a service equal those of its request > *",
    ]),
    must(
      6,
      "`image` MUST have its digest if it is pinned to one; then the digest of the registry counts, so that an image that was pushed again is a difference.",
      ["settings > the settings of a service equal those of its request > with the pull policy `always`"],
    ),
    must(7, "Fields that the strategy does not support, and its own labels, MUST be left out.", [
      "settings > settings contain the fields of the request and nothing that the engine or the image adds",
      "settings > the settings of a service equal those of its request > *",
    ]),
    must(
      8,
      "`settingsOf` MUST create nothing and change nothing, and contact a registry only if the pull policy requires it.",
      ["settings > settingsOf() creates nothing and leaves the request unchanged"],
    ),
    must(
      9,
      "`settingsOf` MUST reject what `deploy` would reject because of the request alone: `INVALID_REQUEST` and `UNSUPPORTED`.",
      [
        "settings > settingsOf() rejects an invalid request with INVALID_REQUEST, and an aborted signal with ABORTED",
        "settings > the settings of a service equal those of its request > *",
      ],
    ),
    must(
      10,
      "Settings MUST stay the same until the service is updated, scaled or rolled back, or changed by another tool. Reading, stopping, starting and restarting don't change them.",
      [
        "settings > settings and revision change only with an update or a scaling",
        "restart > restart() changes no settings that inspect() returns",
        "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
      ],
    ),
    must(
      11,
      "A deployed request MUST leave nothing to change: the plan after a run of the deployer is empty, and a second run makes no change, and no call that could.",
      ["unchanged runs > *", "settings > settings and revision change only with an update or a scaling"],
      {
        untested:
          "The group `unchanged runs` requires the option `deployer`. Calls are counted if the target has `calls`.",
      },
    ),
  ],
);
