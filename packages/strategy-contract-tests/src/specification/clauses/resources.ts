import { must, section, should } from "../clause.js";

const NOTHING_IF_DEPLOYS_SUCCEED = "preflight > preflight() finds nothing if deploys succeed, and changes nothing";

export const resourceSection = section(
  "RESOURCE",
  "Capability resources: listResources, createResource, removeResource",
  {
    types: [
      "CanManageResources",
      "ResourceKind",
      "Resource",
      "ResourceSpec",
      "ListResourcesOptions",
      "RemoveResourceOptions",
    ],
    profile: "resources",
    introduction:
      "Networks, volumes, configs and secrets, for as many kinds as the platform has (`resourceKinds`). A `Resource` has `kind`, `name`, `id`, `labels`, and `orchestrator` or `incomplete` where they apply.",
  },
  [
    must(
      1,
      "`resourceKinds` MUST have at least one kind. An operation on another kind MUST be rejected with `UNSUPPORTED`.",
      ["resources > an unknown kind rejects with UNSUPPORTED"],
    ),
    must(
      2,
      "`createResource` MUST create the resource with its name, labels and options, and return it as it is listed.",
      [
        "resources > a * > is created, listed with its labels and removed",
        "preflight > preflight() finds an existing volume with other options, and accepts one with the same options in another order",
      ],
    ),
    must(3, "A name in use MUST be rejected with `ALREADY_EXISTS`, and the existing resource stays unchanged.", [
      "resources > a * > whose name is in use rejects with ALREADY_EXISTS and leaves the first unchanged",
    ]),
    must(
      4,
      "A name that the platform can't have (empty, with a space or `/`) MUST be rejected with `INVALID_REQUEST`, and nothing is created.",
      ["resources > a * > with an invalid name rejects with INVALID_REQUEST and creates nothing"],
    ),
    must(
      5,
      "`listResources` MUST return each resource once, sorted by kind and name, without those that the platform predefines.",
      [
        "resources > a * > is listed by kinds and labels, sorted",
        "resources > a * > is created, listed with its labels and removed",
      ],
    ),
    must(
      6,
      "`labels` and `kinds` MUST select resources that have all of these labels with these values, and these kinds.",
      ["resources > a * > is listed by kinds and labels, sorted"],
    ),
    must(7, "`removeResource` MUST remove the resource with exactly this name; without one, it is `NOT_FOUND`.", [
      "resources > a * > is found by its exact name only",
      "resources > a * > is created, listed with its labels and removed",
    ]),
    must(
      8,
      "A resource that a service uses MUST be kept: `CONFLICT` after `timeoutMs` (default 10000), with its name in the message, and removed once nothing uses it.",
      ["resources > a * > that a service uses rejects its removal with CONFLICT until the service is removed"],
    ),
    must(9, "A removed resource's name MUST be free, and its content gone.", [
      "resources > a * > that a service uses rejects its removal with CONFLICT until the service is removed",
      "resources > a * > is created, listed with its labels and removed",
    ]),
    must(
      10,
      "The content of a config or secret MUST be exactly the bytes that were given, and MUST NOT be part of a `Resource`.",
      ["resources > the content of a * > reaches the process and is nowhere else"],
    ),
    must(11, "Resources of another orchestrator MUST NOT be listed without `foreign`, nor changed or removed.", [], {
      untested: "The targets create no resources of other orchestrators. Tests of the local Docker strategy do.",
    }),
    must(
      12,
      "A resource whose creation was interrupted MUST be listed as `incomplete`; `createResource` creates it again, and `removeResource` removes the remains.",
      [],
      {
        untested: "The suite can't interrupt a process. The kill and fault tests of the local Docker strategy do.",
      },
    ),
  ],
);

export const preflightSection = section(
  "PREFLIGHT",
  "Capability preflight: preflight(requests, options) → PreflightProblem[]",
  {
    types: ["CanPreflight", "PreflightRequest", "PreflightOptions", "PreflightProblem"],
    profile: "preflight",
    introduction:
      "Finds on the platform why deploys of requests would fail. A `PreflightRequest` has the `request` and `updates` (the service exists and is updated); a `PreflightProblem` has `code`, `service`, `field`, `message` and `hint`.",
  },
  [
    must(1, "`preflight` MUST change nothing, on the platform and in the requests.", [NOTHING_IF_DEPLOYS_SUCCEED]),
    must(
      2,
      "`preflight` MUST find no problem if the deploys would succeed.",
      [
        NOTHING_IF_DEPLOYS_SUCCEED,
        "preflight > preflight() finds two requests for one host port, and accepts a port that another request gives up",
      ],
      { rationale: "A false problem stops a run that would succeed." },
    ),
    must(3, "A problem MUST have the code with which the deploy would be rejected.", [
      "preflight > preflight() finds a name in use unless the service is updated",
      "preflight > preflight() finds missing networks by their exact name",
      "preflight > preflight() finds another service's host port, but not the service's own",
      "preflight > preflight() finds missing *",
    ]),
    must(
      4,
      "A problem MUST have the service, the field if there is one, a message of one sentence without a period, and a hint.",
      [
        "preflight > preflight() finds a name in use unless the service is updated",
        "preflight > preflight() returns all problems in the order of the requests",
      ],
    ),
    must(
      5,
      "All problems MUST be returned, in the order of the requests, and for one request in the order of the elements of a list.",
      ["preflight > preflight() returns all problems in the order of the requests"],
    ),
    must(6, "A name in use MUST be found, unless the request updates it.", [
      "preflight > preflight() finds a name in use unless the service is updated",
    ]),
    must(
      7,
      "Host ports in use MUST be found: by services, by other workloads, by two of the requests. The own ports of a service that is updated, and ports that another request gives up, are no conflict.",
      [
        "preflight > preflight() finds another service's host port, but not the service's own",
        "preflight > preflight() finds two requests for one host port, and accepts a port that another request gives up",
        "other orchestrators > preflight() finds a host port of another orchestrator's container",
      ],
      { fields: ["ports"] },
    ),
    must(8, "Missing networks, secrets and configs MUST be found by their exact names.", [
      "preflight > preflight() finds missing networks by their exact name",
      "preflight > preflight() finds missing secrets",
      "preflight > preflight() finds missing configs",
    ]),
    must(
      9,
      "An existing volume with another driver or other options than the mount MUST be found; the order of options does not matter.",
      [
        "preflight > preflight() finds an existing volume with other options, and accepts one with the same options in another order",
      ],
      { fields: ["mounts"], rationale: "Engines mount the existing volume without a warning: other data." },
    ),
    must(
      10,
      "An image that neither the platform nor its registry has MUST be found. If no registry answers, nothing is known, which is no problem.",
      ["preflight > preflight() finds an image that its registry does not have"],
    ),
    must(
      11,
      "Constraints that no node matches, and reservations that no node has room for, MUST be found on a platform with nodes.",
      ["preflight > preflight() finds constraints that no node matches and reservations that no node has room for"],
      { fields: ["constraints"] },
    ),
    must(
      12,
      "With `listed`, the result MUST be the same as without it.",
      ["preflight > preflight() with a listing finds the same"],
      { capabilities: ["list"] },
    ),
    should(13, "`preflight` SHOULD take a few calls for all requests together, and one or two for each image.", [], {
      untested: "It is about cost. Tests of the two Docker strategies count calls.",
    }),
  ],
);

export const diagnoseSection = section(
  "DIAGNOSE",
  "Capability diagnose: diagnose(options) → Diagnosis[]",
  {
    types: ["CanDiagnose", "DiagnoseOptions", "Diagnosis"],
    profile: "diagnose",
    introduction:
      "Checks whether the environment is ready for deploys. A `Diagnosis` has `check`, `state` (`ok`, `warning`, `failed`), `detail` and `hint`.",
  },
  [
    must(
      1,
      "`diagnose` MUST return at least one finding, each check once, with a `detail` that is a sentence, and a `hint` unless it is `ok`.",
      ["diagnose > diagnose() finds no failure if deploys succeed, and changes nothing"],
    ),
    must(2, "`diagnose` MUST find no `failed` check if deploys succeed, and change nothing.", [
      "diagnose > diagnose() finds no failure if deploys succeed, and changes nothing",
    ]),
    must(
      3,
      "Each network of the options MUST be checked by its exact name: `failed` exactly if a deploy rejects it with `NETWORK_NOT_FOUND`.",
      [
        "diagnose > diagnose() finds each existing network",
        "diagnose > diagnose() finds a missing network by its exact name, as deploy() does",
      ],
      { fields: ["networks"] },
    ),
    must(
      4,
      "A problem of the environment (an engine that does not answer) MUST be a finding, not an error. Only an abort rejects. Checks that depend on a failed one are left out.",
      ["diagnose > diagnose() with an aborted signal rejects with ABORTED"],
      { untested: "The suite can't cut its connection. Tests of the two Docker strategies do." },
    ),
  ],
);

export const lockSection = section(
  "LOCK",
  "Capability lock: lock(name, holder) → LockHolder?, unlock(name, holderId)",
  {
    types: ["CanLock", "LockHolder"],
    profile: "lock",
    introduction:
      "Locks that all users of the platform share. They are kept on the platform, until they are released; they do not expire. A `LockHolder` has `id`, `owner` and `since`.",
  },
  [
    must(
      1,
      "`lock` MUST acquire a free lock and return nothing; of a held lock, it MUST return the holder and change nothing, also if the caller is the holder.",
      ["lock > lock() takes a free lock, and returns the holder of a held one"],
    ),
    must(2, "Of concurrent calls, exactly one MUST acquire the lock, and the others MUST return that holder.", [
      "lock > of 20 concurrent calls of lock(), one gets the lock and the others get its holder",
    ]),
    must(
      3,
      "`unlock` MUST release the lock only if the holder with this id holds it, and do nothing otherwise.",
      ["lock > unlock() releases a lock for its holder only", "lock > unlock() of a free lock changes nothing"],
      { rationale: "A process that was slow must not release the lock that another has taken over." },
    ),
    must(
      4,
      "Any text MUST be accepted as a name, and each name MUST have a separate lock: case, length and characters count.",
      ["lock > each name is a separate lock, with any characters"],
    ),
    must(5, "The holder MUST be returned unchanged.", ["lock > lock() returns the holder unchanged"]),
    must(6, "A lock MUST NOT be a service, nor block the name of one.", [
      "lock > a lock is not a service and does not block one",
    ]),
    must(7, "A lock MUST survive the process that acquired it, and be seen by every client of the platform.", [], {
      untested: "The suite has one process. Tests of the two Docker strategies use several.",
    }),
  ],
);

export const elsewhereSection = section(
  "ELSEWHERE",
  "Capability elsewhere: elsewhere(options) → OtherPlatform[]",
  {
    types: ["CanSeeElsewhere", "ElsewhereOptions", "OtherPlatform"],
    profile: "elsewhere",
    introduction:
      "Finds services on other platforms of the same engine, to detect a wrong platform. An `OtherPlatform` has `platform`, `services` and `reason`.",
  },
  [
    must(
      1,
      "`elsewhere` MUST return the other platforms of the engine, each once, with the names of their services that have all of these labels, sorted.",
      ["elsewhere > elsewhere() names other platforms without the services of this one, and changes nothing"],
      {
        untested:
          "The targets have one platform each. Tests of the two Docker strategies have services of both on one engine.",
      },
    ),
    must(2, "Services of the strategy's own platform MUST NOT be among them.", [
      "elsewhere > elsewhere() names other platforms without the services of this one, and changes nothing",
    ]),
    must(
      3,
      "`elsewhere` MUST change nothing and take one call at most.",
      ["elsewhere > elsewhere() names other platforms without the services of this one, and changes nothing"],
      {
        untested: "The number of calls is tested for the two Docker strategies.",
      },
    ),
  ],
);
