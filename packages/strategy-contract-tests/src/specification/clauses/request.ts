import { must, section } from "../clause.js";

const INVALID = "invalid requests > deploy() rejects with INVALID_REQUEST and creates nothing > *";
const invalid = (title: string): string => INVALID.replace("*", title);

export const requestSection = section(
  "REQUEST",
  "Requests",
  {
    types: ["PortInput", "DeviceInput", "FileReferenceInput"],
    introduction:
      "A request (`DeployRequest`) is plain data: texts, whole numbers, booleans, lists and mappings. [Fields of a request](#fields-of-a-request) has the type, the default and the rule of each field. _Normalizing_ resolves shorthands, so that equal requests have one form: `ports` is a list, `command` a list of words.",
  },
  [
    must(
      1,
      "Every operation with a request MUST validate it before it changes anything, and reject an invalid one with `INVALID_REQUEST`.",
      [
        INVALID,
        "update > a rejected update leaves the service unchanged",
        "settings > settingsOf() rejects an invalid request with INVALID_REQUEST, and an aborted signal with ABORTED",
      ],
    ),
    must(2, "A value that is not a mapping MUST be rejected with `INVALID_REQUEST`, in place of a request.", [
      invalid("undefined"),
      invalid("null"),
      invalid("a list"),
      invalid("a text"),
    ]),
    must(3, "A request with an unknown field, at any depth, MUST be rejected.", [invalid('{"color":"red"}')], {
      rationale: "A misspelled field would be dropped silently.",
    }),
    must(
      4,
      "`INVALID_REQUEST` MUST have one issue for each problem that was found, with the `field` as a path (`mounts[0].Target`) and a `message` without the value.",
      [INVALID, "secrecy > no error, event, warning or label contains a value of env > *"],
      {
        rationale: "A user corrects a file once, and not once for each problem. A value may be secret.",
        untested:
          "The cases check the code, the message and that no value is in it; the number of issues is tested by core's unit tests.",
      },
    ),
    must(
      5,
      "A field that is absent MUST have no effect: the platform's or the image's default holds, unless this specification names a default.",
      [
        "deployment > deploy() sets no field that the request does not have",
        "update > update() to all supported fields and then to none of them applies each and keeps none",
      ],
    ),
    must(6, "An empty list or mapping MUST mean the same as an absent field.", [
      "settings > settings are the same with empty lists and sections",
    ]),
    must(
      7,
      "A field with a value of another type MUST be rejected: no text becomes a number, and no single value a list.",
      [
        invalid('{"env":{"A":"1"}}'),
        invalid('{"labels":{"a":1}}'),
        invalid('{"ports":{"80":"http"}}'),
        invalid('{"networks":"a"}'),
        invalid('{"resources":{"Limits":{"MemoryBytes":"64m"}}}'),
      ],
    ),
    must(
      8,
      "Durations MUST be whole numbers of nanoseconds, 0 or at least 1 000 000 (1 ms). A time limit in the options of an operation is in milliseconds.",
      [invalid('{"stopGracePeriod":1}'), "request fields > request field > healthcheck with times"],
      { rationale: "Docker's API has nanoseconds, and rejects durations between 0 and 1 ms." },
    ),
    must(
      9,
      "Memory MUST be a whole number of bytes, and CPU a whole number of `NanoCPUs`: 1 000 000 000 are one CPU.",
      [
        invalid('{"resources":{"Limits":{"MemoryBytes":"64m"}}}'),
        "request fields > request field > resources: limit of CPU",
        "request fields > request field > resources: limit of memory",
      ],
    ),
    must(
      10,
      "A field whose type is one of Docker's dictionaries (`resources`, `mode`, `mounts`, `healthcheck`, `restart`, `updateConfig`, `rollbackConfig`) MUST have the keys and meanings of the Engine API.",
      [
        "request fields > request field > resources: *",
        "request fields > request field > mounts: *",
        "request fields > request field > healthcheck with times",
      ],
      { rationale: "Callers of the Python reference pass these dictionaries as they are." },
    ),
    must(
      11,
      "Fields that contradict each other MUST be rejected: a reservation above its limit, two uses of one path in the container, `capDrop` with `privileged`, network parameters in `sysctls` on the network `host`.",
      [invalid('{"resources":{"Limits":{"MemoryBytes":1},"Reservations":{"MemoryBytes":2}}}')],
      {
        untested:
          "One example is tested on every strategy. Core's unit tests have the others, for strategies that use its schema.",
      },
    ),
    must(
      12,
      "Every text of a request MUST reach the platform and the process with the same characters, unless its clause says otherwise. A text never contains a NUL character.",
      ["special characters > *"],
    ),
  ],
);

export const supportSection = section(
  "SUPPORT",
  "Supported fields",
  {
    introduction:
      "A strategy need not support a field, or may support a part of it only. It is honest about that: no part of a request is dropped silently.",
  },
  [
    must(1, "A strategy MUST apply each field that its manifest supports, as the field's clauses describe.", [
      "request fields > request field > *",
      "deployment > deploy() applies all supported fields together",
    ]),
    must(
      2,
      "For each part of a request that the strategy does not support, the result MUST have one warning `FIELD_NOT_SUPPORTED` with the `field`, the `service`, the `strategy` and the `reason`, in the order of the manifest.",
      ["request fields > request field > *"],
    ),
    must(3, "The observer MUST get each of these warnings, too, as an event `warning`.", [
      "request fields > request field > *",
    ]),
    must(4, "The rest of such a request MUST be applied.", ["request fields > request field > *"]),
    must(
      5,
      "With the option `strict`, a request with an unsupported part MUST be rejected with `UNSUPPORTED` before anything changes. The error has the first part as `field`, and an issue for each place.",
      [
        "request fields > request field > *",
        "published ports > a port on a network that publishes none is reported by the manifest and by deploy(), and rejected in strict mode",
      ],
    ),
    must(
      6,
      "A part that a limitation declares with `refuse` MUST be rejected with `UNSUPPORTED` also without `strict`, in every operation with a request.",
      ["request fields > request field > *", "settings > the settings of a service equal those of its request > *"],
      {
        rationale:
          "Some fields are unsafe to ignore. A port that should be reachable at 127.0.0.1 only must not be opened at all addresses.",
      },
    ),
    must(
      7,
      "`update` MUST report unsupported parts as `deploy` does, and reject them in the same way.",
      [
        "update > update() with an unsupported field warns, and in strict mode rejects with UNSUPPORTED and changes nothing",
      ],
      { profile: "update" },
    ),
    must(
      8,
      "A part that the platform turns out not to apply (an older engine, a network without published ports) MUST be reported in the same way when the strategy finds out: as a warning, or as `UNSUPPORTED` with nothing left behind.",
      [
        "published ports > a port on an internal network is reported by deploy(), and rejected in strict mode",
        "request fields > request field > healthcheck with a start interval",
      ],
    ),
    must(
      9,
      "A field that is not declared and not set, or set to a value that requires no support (a limitation's `unless`), MUST NOT cause a warning.",
      [
        "deployment > deploy() starts a service and returns its name, ids and image",
        "published ports > a port at all addresses, written as 0.0.0.0 or ::, is accepted in strict mode",
      ],
    ),
    must(
      10,
      "`replicaEnv` MUST cause a warning on a strategy without it only if the request can have several instances.",
      ["request fields > request field > replicaEnv"],
      { rationale: "A single instance needs no variables that distinguish it from others." },
    ),
  ],
);
