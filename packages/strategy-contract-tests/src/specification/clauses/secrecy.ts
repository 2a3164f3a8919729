import { must, section } from "../clause.js";

const OF_ENV = "secrecy > no error, event, warning or label contains a value of env > *";

export const secrecySection = section(
  "SECRECY",
  "Secrecy",
  {
    introduction:
      "Values of `env` may be secret; so are the contents of secrets and configs, values of log options with a name such as `splunk-token`, credentials of registries, and passwords in addresses. Names are not. Values that messages need (common words, short numbers, values that other fields of the request contain) are not secret.",
  },
  [
    must(
      1,
      "An error MUST NOT contain a secret value: not in the message, hint, issues, stack, properties or causes.",
      [OF_ENV, "secrecy > no error, event or instance contains a value of env that the engine quotes from the command"],
      { rationale: "Errors are printed, logged and sent to others." },
    ),
    must(2, "A progress event or a warning MUST NOT contain a secret value.", [OF_ENV]),
    must(3, "Labels and names on the platform MUST NOT contain a secret value that the request does not have there.", [
      OF_ENV,
    ]),
    must(
      4,
      "That MUST hold for texts of the platform, too, which quote what they were asked: each secret value in them is masked, also in JSON, in Base64 and in URLs.",
      [
        "secrecy > no error, event, warning or label contains a value of env > a template that the engine can't expand and quotes in its error",
        "secrecy > no error, event or instance contains a value of env that the engine quotes from the command",
      ],
      { untested: "The encodings are tested by the unit tests of `Redactor`." },
    ),
    must(
      5,
      "The last log lines in an error MUST be masked.",
      ["secrecy > no error contains a value of env that is in the last log lines"],
      { profile: "wait" },
    ),
    must(
      6,
      "The errors of instances in a status MUST be masked.",
      ["secrecy > no error, event or instance contains a value of env that the engine quotes from the command"],
      {
        profile: "inspect",
      },
    ),
    must(
      7,
      "A value of a log option with a name that suggests a secret MUST NOT be in errors, events, warnings or labels.",
      [
        "secrecy > no error, event, warning or label contains a value of env > a log driver that does not exist, with a secret option",
      ],
    ),
    must(
      8,
      "The content of a secret or config MUST be in the process only: in no resource that is listed, and in no error.",
      ["resources > the content of a * > reaches the process and is nowhere else"],
      { profile: "resources" },
    ),
    must(
      9,
      "Errors of `update` MUST NOT contain values of the new request, nor those of the present service.",
      [
        "secrecy > no error of update() contains a value of env of the old or the new version",
        "concurrent updates > update() of the current revision succeeds, and of an earlier revision rejects with CONFLICT and changes nothing",
      ],
      { profile: "update" },
    ),
    must(10, "Values of `env` of `exec` MUST NOT be in errors.", ["exec > exec() with *, which does not exist, *"], {
      profile: "exec",
    }),
    must(
      11,
      "`settings` and `logs` are the only results with values: `settings` has those of `env`, and log lines are the output of the app, unmasked. A caller MUST mask settings before it shows them.",
      [
        "logs > logs() returns each line complete, in its stream and in order",
        "settings > settings contain the fields of the request and nothing that the engine or the image adds",
      ],
      { profile: "settings" },
    ),
    must(12, "Messages of preflight and diagnose MUST NOT contain a secret value.", ["preflight > *"], {
      profile: "preflight",
    }),
    must(
      13,
      "A secret value MUST NOT be an argument of a process that the strategy starts, where other users of the machine could read it.",
      [],
      {
        untested:
          "A case can't see the processes of the strategy's machine. The two Docker strategies start none with values.",
      },
    ),
  ],
);
