import { must, section } from "../clause.js";

const field = (title: string): string => `request fields > request field > ${title}`;
const sees = (title: string): string => `process environment > a process sees > ${title}`;
const invalid = (part: string): string =>
  `invalid requests > deploy() rejects with INVALID_REQUEST and creates nothing > ${part}`;

export const imageSection = section("IMAGE", "Field: image, imagePullPolicy", {}, [
  must(
    1,
    "`image` MUST be a reference `[registry/]repository[:tag][@digest]` by the rules of distribution/reference, or the id of an image on the engine. Anything else is `INVALID_REQUEST`.",
    [invalid('{"image":""}'), invalid('{"image":"Not An Image"}')],
    {
      rationale:
        "At most 4096 characters; the repository in lowercase and at most 255 characters; a tag of at most 128; a digest of sha256, sha384 or sha512. Without a registry it is `docker.io`, and without tag and digest the tag is `latest`.",
    },
  ),
  must(2, "The process MUST run the image with that reference.", [
    "deployment > deploy() starts a service and returns its name, ids and image",
    "entrypoint > args are passed to the image's entrypoint",
  ]),
  must(3, "A reference with a digest MUST run the image with that digest, and no other.", [], {
    untested: "The suite's targets have no reference with a digest that is also an image of the suite.",
  }),
  must(
    4,
    "A missing image MUST be `IMAGE_NOT_FOUND` and run nothing. A strategy that only schedules may accept the request; then `wait` rejects.",
    ["failures > a missing image fails with IMAGE_NOT_FOUND and runs nothing"],
  ),
  must(5, "With `missing` (the default), an image that the platform has MUST run, even if no registry has it.", [
    "pull policy > `missing` runs an image that only the engine has",
    "settings > settings are the same with the default pull policy",
  ]),
  must(
    6,
    "With `always`, the process MUST run the image that the registry has under the tag at the time of the deploy.",
    ["pull policy > `always` runs the current image of the registry"],
    { fields: ["imagePullPolicy"] },
  ),
  must(
    7,
    "With `always`, if no registry answers and the platform has the image, the deploy MUST succeed with the warning `DIGEST_NOT_RESOLVED`, or reject with `UNSUPPORTED` in strict mode.",
    [],
    {
      fields: ["imagePullPolicy"],
      rationale: "A plant must be able to restart its services without its registry.",
      untested: "The suite can't make a registry unreachable. Tests of both Docker strategies do so.",
    },
  ),
  must(
    8,
    "With `never`, no registry is contacted: an image that the platform has MUST run, and another one MUST be `IMAGE_NOT_FOUND`.",
    ["pull policy > `never` runs an image that the engine has", "pull policy > `never` does not pull a missing image"],
    { fields: ["imagePullPolicy"] },
  ),
  must(
    9,
    "The `image` of a deployment MUST be the reference as requested, with the digest added if the image is pinned to it.",
    [
      "deployment > deploy() starts a service and returns its name, ids and image",
      "pull policy > `always` runs the current image of the registry",
      "settings > the settings of a service equal those of its request > with the pull policy `always`",
    ],
  ),
  must(
    10,
    "While an image is pulled, its service MUST NOT count as running, and other services MUST still be deployed.",
    ["slow images > during the pull, other services deploy and the service does not count as running; then it runs"],
  ),
]);

export const environmentSection = section("ENV", "Field: env, replicaEnv, labels, templates", {}, [
  must(
    1,
    "Each entry of `env` MUST be `KEY=VALUE` with a key of at least one character. The key ends at the first `=`; the value may be empty and may contain `=`.",
    [field("env"), invalid('{"env":["NO_VALUE"]}'), "special characters > env reaches the process unchanged"],
  ),
  must(2, "Two entries with one key MUST be rejected.", [invalid('{"env":["A=1","A=2"]}')]),
  must(3, "The process MUST have each variable with exactly its value, and the image's other variables as before.", [
    "special characters > env reaches the process unchanged",
    field("env"),
  ]),
  must(4, "The order of `env` MUST NOT matter.", ["settings > settings are the same with env in another order"]),
  must(
    5,
    "Without `templates`, a platform that expands templates MUST reject a text that contains `{{` in `env`, `hostname` or `mounts` with `UNSUPPORTED` and the field; any other platform MUST pass it on unchanged.",
    ["special characters > env with a possible template reaches the process unchanged, or is rejected"],
    { rationale: "The same request must not have two meanings, and a password may contain `{{`." },
  ),
  must(
    6,
    'With `templates: "literal"`, the text MUST reach the process unchanged on every platform.',
    [
      "special characters > templates: literal: env and hostname reach the process unchanged",
      field("templates, literal"),
    ],
    { fields: ["templates"] },
  ),
  must(
    7,
    'With `templates: "expand"`, the platform MUST expand the templates, or the field is reported as not supported.',
    ["special characters > templates: expand: the platform expands env, or the result has a warning"],
    { fields: ["templates"] },
  ),
  must(
    8,
    "`labels` MUST be on the service (and on its containers, if the platform has both) with exactly these names and values. A name is not empty; values may be empty.",
    [
      field("labels"),
      "special characters > labels reach the engine unchanged",
      "inspect > inspect() returns the state of the engine",
    ],
    { fields: ["labels"] },
  ),
  must(
    9,
    "A strategy that keeps additional labels on a service MUST leave them out of `settings`.",
    ["settings > settings contain the fields of the request and nothing that the engine or the image adds"],
    { profile: "settings" },
  ),
  must(
    10,
    "`replicaEnv` is false by default: without it, a service MUST have none of the variables in `replicaVariables.names`.",
    ["replica variables > a service without replicaEnv gets none of the variables"],
    { fields: ["replicaEnv"] },
  ),
]);

export const processSection = section("PROCESS", "Field: command, args, user and the process", {}, [
  must(
    1,
    "`command` MUST replace the entrypoint of the image. It has at least one word, and the first is not empty.",
    ["entrypoint > command replaces the image's entrypoint", field("command, as words"), invalid('{"command":[]}')],
    { fields: ["command"] },
  ),
  must(
    2,
    "A `command` or `args` that is one text MUST be split into words as a POSIX shell does: with quotes and backslashes, and without expansion. An open quote is `INVALID_REQUEST`.",
    [field("command, as a shell line"), invalid('{"command":"\'open"}')],
    { fields: ["command"] },
  ),
  must(
    3,
    "Words MUST be passed on as they are, without a shell.",
    [
      "special characters > the words of command reach the engine unchanged",
      "special characters > the words of args reach the engine unchanged",
    ],
    { fields: ["command"] },
  ),
  must(
    4,
    "`args` without `command` MUST be the arguments of the image's entrypoint; with `command`, they follow its words.",
    [
      "entrypoint > args are passed to the image's entrypoint",
      field("command with args"),
      field("args without command, which keep the image's entrypoint"),
    ],
    { fields: ["args"] },
  ),
  must(
    5,
    "`user` MUST be the user, and with `:` the group, of the process: ids from 0 to 2147483647, or names of the image.",
    [field("user"), sees("its user and group"), invalid('{"user":"a b"}')],
    { fields: ["user"] },
  ),
  must(
    6,
    "`groupAdd` MUST add these groups to the process, by id or by the image's names, each once.",
    [field("groupAdd"), sees("its additional groups")],
    { fields: ["groupAdd"] },
  ),
  must(
    7,
    "`workingDir` MUST be the directory of the process: an absolute path.",
    [field("workingDir"), sees("its working directory")],
    {
      fields: ["workingDir"],
    },
  ),
  must(
    8,
    "`hostname` MUST be the host name in the container: at most 64 bytes, without whitespace and `/`.",
    [field("hostname"), sees("its host name")],
    { fields: ["hostname"] },
  ),
  must(
    9,
    "`tty` MUST give the process a terminal, and without it the process has none (default false).",
    [field("tty"), sees("a terminal"), sees("no terminal")],
    { fields: ["tty"] },
  ),
  must(
    10,
    "`openStdin` MUST keep the stdin of the process open although nothing is attached (default false).",
    [field("openStdin"), sees("an open stdin")],
    { fields: ["openStdin"] },
  ),
  must(
    11,
    "`init` MUST run an init process that forwards signals and reaps processes. Default: the platform's.",
    [field("init"), sees("an init process")],
    { fields: ["init"] },
  ),
  must(
    12,
    "`readOnly` MUST mount the root file system read-only; without it, the root is writable.",
    [field("readOnly"), sees("a writable root"), sees("a read-only root")],
    { fields: ["readOnly"] },
  ),
  must(
    13,
    "`capAdd` and `capDrop` MUST add and drop kernel capabilities, with or without `CAP_`, in any case, and `ALL`.",
    [
      field("capAdd"),
      field("capDrop"),
      field("capDrop of all"),
      sees("an added capability"),
      sees("no dropped capability"),
    ],
    { fields: ["capAdd", "capDrop"] },
  ),
  must(
    14,
    "`privileged` MUST give the container all capabilities and all devices of the host (default false).",
    [
      field("privileged"),
      sees("all capabilities, if it is privileged"),
      "settings > settingsOf() contains that a container is privileged",
    ],
    { fields: ["privileged"] },
  ),
  must(
    15,
    "`devices` MUST make each device of the host available at its `target` (by default its `source`) with its `permissions` (letters of `rwm`, by default all).",
    [field("devices"), sees("a device of the host")],
    { fields: ["devices"] },
  ),
  must(
    16,
    "`openFiles` MUST be the soft and the hard limit of open files of the process: 1 to 2147483647.",
    [field("openFiles"), sees("both limits of open files"), invalid('{"openFiles":0}')],
    { fields: ["openFiles"] },
  ),
  must(
    17,
    "`sysctls` MUST set kernel parameters of the container's namespaces: `net.*`, `fs.mqueue.*` and the IPC parameters, and none of one network interface.",
    [field("sysctls"), sees("its kernel parameters")],
    { fields: ["sysctls"] },
  ),
  must(
    18,
    "`shmSize` MUST be the size of `/dev/shm` in bytes.",
    [field("shmSize"), sees("the size of its shared memory")],
    {
      fields: ["shmSize"],
    },
  ),
  must(
    19,
    "`logging` MUST be the log driver of the process with its options; options without a driver are those of the platform's default driver.",
    [field("logging"), field("logging: options of the default driver")],
    { fields: ["logging"] },
  ),
]);
