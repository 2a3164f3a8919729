import { must, section, should } from "../clause.js";

export const concurrencySection = section("CONCURRENCY", "Concurrency and order", {}, [
  must(1, "Concurrent operations on different services MUST NOT affect each other.", [
    "concurrency > concurrent deploys of different names all succeed, each with its own settings",
    "slow images > during the pull, other services deploy and the service does not count as running; then it runs",
  ]),
  must(
    2,
    "Of concurrent deploys of one name, exactly one MUST succeed, and the others MUST reject with `ALREADY_EXISTS`; the service has all settings of the one that succeeded.",
    ["concurrency > of concurrent deploys of one name, one succeeds and the others reject with ALREADY_EXISTS"],
    { rationale: "The platform's own uniqueness of names decides, so that it also holds for several machines." },
  ),
  must(
    3,
    "Of concurrent removals of one name, at least one MUST succeed, and the others MUST succeed or reject with `NOT_FOUND`.",
    ["concurrency > concurrent removals of one name remove the service, and late ones reject with NOT_FOUND"],
  ),
  must(
    4,
    "Concurrent updates of one service MUST leave it with the complete settings of one update that resolved. Each other one resolves (and was replaced) or rejects with `CONFLICT`.",
    [
      "concurrent updates > concurrent updates leave the service with one complete version, and lost ones reject with CONFLICT",
    ],
    { profile: "update" },
  ),
  must(
    5,
    "Of concurrent updates with one `revision`, exactly one MUST resolve, and the others MUST reject with `CONFLICT`.",
    ["concurrent updates > of concurrent updates of one revision, one succeeds and the others reject with CONFLICT"],
    { profile: "update" },
  ),
  must(6, "`scale` during an update MUST NOT lose either change.", ["scale > scale() during an update applies both"], {
    profile: "scale",
    capabilities: ["update"],
  }),
  must(
    7,
    "An operation that begins after another has resolved MUST see its effect: there is no delay in which a status is stale.",
    [
      "list > list() returns each service once, sorted by name, and no removed one",
      "names in use > the name of a removed service is free",
    ],
  ),
  must(
    8,
    "A sequence of operations MUST have the same result whatever came before it: services, settings and numbers of processes follow from the operations that resolved.",
    ["random runs > *"],
  ),
  must(9, "A service that no operation names MUST keep its settings and its processes.", [
    "random runs > *",
    "update > update() changes no other service",
    "exact names > remove() keeps services whose names contain the name",
  ]),
  must(
    10,
    "Lists MUST be sorted by the Unicode code points of names: services by name, resources by kind and name.",
    [
      "list > list() returns each service once, sorted by name, and no removed one",
      "resources > a * > is listed by kinds and labels, sorted",
    ],
    { profile: "list" },
  ),
  should(
    11,
    "Concurrent operations that need the same data SHOULD share calls to the platform (one pull of an image, one list of tasks).",
    [],
    {
      untested: "It is about cost. The benchmark and tests of the two Docker strategies count calls.",
    },
  ),
]);

export const ownershipSection = section(
  "OWNERSHIP",
  "Ownership and other tools",
  {
    types: ["METADATA_LABELS"],
    introduction:
      "There is no state file. What a later run must know is in labels of the service; `METADATA_LABELS` (prefix `org.openfactory.deploy.`) are those that the deployer adds to a request. Other tools may use the same platform.",
  },
  [
    must(
      1,
      "A strategy MUST keep the metadata labels of a request with the service, and return them in `inspect` and `list`.",
      [
        "special characters > labels reach the engine unchanged",
        "list > list() by labels returns the services that have all labels with these values",
      ],
      { fields: ["labels"] },
    ),
    must(
      2,
      "If a change of metadata labels alone would restart the processes, a strategy MUST keep them off the processes, or say so by not declaring `relabelsInPlace`.",
      [],
      {
        fields: ["labels"],
        untested:
          "A platform may have no way to change labels alone. Tests of the deployer cover strategies of both kinds.",
      },
    ),
    must(
      3,
      "`list` MUST omit workloads of other orchestrators on the same platform, running or not, whatever their labels are.",
      ["other orchestrators > list() omits containers of other orchestrators *"],
      {
        profile: "list",
        rationale: "The tasks of a swarm have the labels of their service, including those of its project.",
      },
    ),
    must(
      4,
      "An operation on the name of such a workload MUST reject with `CONFLICT` (`deploy`: with `ALREADY_EXISTS` or `CONFLICT`), name its owner, and change nothing.",
      [
        "other orchestrators > each operation on the name of another orchestrator's container rejects with CONFLICT, names the owner and changes nothing *",
        "other orchestrators > deploy() with the name of another orchestrator's container rejects, names the owner and changes nothing",
      ],
    ),
    must(
      5,
      "The host ports of such workloads MUST count as in use.",
      ["other orchestrators > preflight() finds a host port of another orchestrator's container"],
      {
        profile: "preflight",
        fields: ["ports"],
      },
    ),
    must(
      6,
      "A service that another tool created without an orchestrator MUST be a service like any other, if its platform has no notion of a creator: `list`, `inspect`, `update` and `remove` accept it.",
      [],
      {
        rationale:
          "A caller adopts such a service on request. Which services a caller owns is decided by labels, not by the strategy.",
        untested:
          "The probes don't create services. Tests of the two Docker strategies adopt services of the docker command.",
      },
    ),
    must(
      7,
      "Settings of such a service for which a request has no field MUST be in `unmappedSettings` of `inspect`, without values of variables, labels or options.",
      [
        "inspect > inspect() returns a setting without a field in unmappedSettings, and update() keeps it as the manifest says",
        "inspect > inspect() returns no unmappedSettings for a service of the strategy",
      ],
      { profile: "inspect" },
    ),
  ],
);
