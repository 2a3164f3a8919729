import { must, section } from "../clause.js";

export const scaleSection = section(
  "SCALE",
  "Capability scale: scale(serviceName, replicas)",
  { types: ["CanScale"], profile: "scale", introduction: "Sets the number of replicas of a replicated service." },
  [
    must(1, "`scale` MUST change the number of replicas to any whole number from 0, and nothing else.", [
      "scale > scale() changes only the number of replicas",
      "settings > settings and revision change only with an update or a scaling",
    ]),
    must(
      2,
      "Instances that stay MUST keep running, unless one of their variables holds the number of replicas; then the observer gets `INSTANCES_RESTART`.",
      [],
      {
        untested: "Which instances stay is not observed. Tests of the Swarm strategy compare the tasks.",
      },
    ),
    must(3, "A number that is negative or not whole MUST be rejected with `INVALID_REQUEST` and change nothing.", [
      "scale > scale() to * rejects with INVALID_REQUEST and leaves the service unchanged",
    ]),
    must(
      4,
      "A service without replicas (global, a global job) MUST be rejected with `UNSUPPORTED` and stay unchanged.",
      ["scale > scale() of a service without replicas rejects with UNSUPPORTED"],
      { fields: ["mode"] },
    ),
    must(
      5,
      "`scale` of a stopped service to 1 or more MUST run it with that number.",
      ["stop > scale() runs a stopped service with the new number of replicas"],
      {
        capabilities: ["stop"],
      },
    ),
    must(
      6,
      "The settings of a scaled service MUST equal those of a request with that number of replicas.",
      [
        "settings > settings and revision change only with an update or a scaling",
        "replica variables > the settings of a scaled service equal those of a request with that number of replicas",
      ],
      { capabilities: ["settings"] },
    ),
    must(
      7,
      "An aborted or failed `scale` MUST leave the number of replicas unchanged, except that a removal of instances may be completed.",
      ["scale > scale() with an aborted signal rejects with ABORTED and leaves the service unchanged"],
    ),
  ],
);

export const replicaSection = section(
  "REPLICA",
  "Replica variables",
  {
    introduction:
      "A request with `replicaEnv: true` asks for the variables that identify each replica; `replicaVariables` of the manifest names them. These clauses apply to strategies with such variables.",
  },
  [
    must(
      1,
      "Each replica MUST have different values, from the start and after `scale`.",
      ["replica variables > each of three replicas reads its own values, also after scale() to 5 and to 1"],
      { fields: ["replicaEnv"] },
    ),
    must(
      2,
      "The variable `replicaVariables.replicas` MUST have the present number of replicas, in all replicas, also after `scale`.",
      ["replica variables > each of three replicas reads its own values, also after scale() to 5 and to 1"],
      { fields: ["replicaEnv"] },
    ),
    must(
      3,
      "A variable that `env` sets MUST keep its value.",
      ["replica variables > a variable that env sets keeps its value, also after scale()"],
      {
        fields: ["replicaEnv"],
      },
    ),
    must(
      4,
      "Settings MUST have the added variables in `env`, and `replicaEnv` only if it adds some; as a request, they make the same service again.",
      [
        "replica variables > the settings of a service with these variables make the same service again",
        "replica variables > the settings of a scaled service equal those of a request with that number of replicas",
      ],
      { profile: "settings", fields: ["replicaEnv"] },
    ),
  ],
);

export const restartSection = section(
  "RESTART",
  "Capability restart: restart(serviceName) → ProcessChange",
  {
    types: ["CanRestart", "ProcessChange"],
    profile: "restart",
    introduction: "Restarts the processes of all instances. A `ProcessChange` has `name`, `changed` and `warnings`.",
  },
  [
    must(
      1,
      "`restart` MUST replace the processes of all instances, and change no setting, no id of the service and no number of replicas.",
      [
        "restart > restart() replaces the processes of all instances and changes nothing else",
        "restart > restart() changes no settings that inspect() returns",
      ],
    ),
    must(2, "A service that is stopped, has completed or has failed MUST run afterwards, too; a job runs again.", [
      "restart > restart() runs a service again that was stopped",
      "restart > restart() runs a service again that has completed",
    ]),
    must(3, "`changed` MUST be true, except for a service with 0 replicas.", [
      "restart > restart() replaces the processes of all instances and changes nothing else",
    ]),
    must(4, "`restart` during an update MUST be rejected with `CONFLICT`.", [], {
      untested: "How long an update takes depends on the platform. Tests of the Swarm strategy restart during one.",
    }),
  ],
);

export const stopSection = section(
  "STOP",
  "Capability stop: stop(serviceName), start(serviceName) → ProcessChange",
  {
    types: ["CanStop"],
    profile: "stop",
    introduction: "`stop` ends the processes of a service that is kept; `start` runs it again.",
  },
  [
    must(1, "`stop` MUST end all processes, each within its grace period, and resolve when they have ended.", [
      "stop > stop() ends all processes and keeps the service, and start() runs it as before",
      "stop > stop() waits for the grace period of the process",
    ]),
    must(2, "The service MUST keep its ids, settings, number of replicas and volumes.", [
      "stop > stop() ends all processes and keeps the service, and start() runs it as before",
      "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
    ]),
    must(
      3,
      "Its state MUST be `stopped` for every caller, with every restart condition, also after a restart of the platform.",
      [
        "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
      ],
      { untested: "No case restarts the platform, since others may use it. Tests of the local Docker strategy do." },
    ),
    must(
      4,
      "`start` MUST run a stopped service as before, with the same settings and number of replicas, and resolve when the processes were started.",
      [
        "stop > stop() ends all processes and keeps the service, and start() runs it as before",
        "stop > a service with the restart condition * is stopped for inspect(), list() and wait(), and has the same settings",
      ],
    ),
    must(
      5,
      "`stop` of a service without processes and `start` of one that is not stopped MUST change nothing and return `changed: false`.",
      [
        "stop > stop() of a stopped service and start() of a running one change nothing",
        "stop > stop() and start() leave a service that has completed as it is",
        "stop > start() of a service with 0 replicas leaves it at 0",
      ],
    ),
    must(
      6,
      "A service that can't be stopped (a global one, a job) MUST be rejected with `UNSUPPORTED` and keep running.",
      ["stop > stop() of a global service stops it, or rejects with UNSUPPORTED and leaves it running"],
    ),
    must(7, "`update`, `rollback`, `restart`, and `scale` to 1 or more MUST run a stopped service.", [
      "stop > update() of a stopped service runs the new version, and rollback() the old one",
      "stop > update() to the same settings runs a stopped service",
      "stop > scale() runs a stopped service with the new number of replicas",
      "restart > restart() runs a service again that was stopped",
    ]),
  ],
);

export const execSection = section(
  "EXEC",
  "Capability exec: exec(serviceName, command, options) → ExecResult",
  {
    types: ["CanExec", "ExecOptions", "ExecTerminal", "TerminalSize", "ExecResult"],
    profile: "exec",
    introduction:
      "Runs a command in a running instance, with the files, networks and limits of its process. `ExecOptions` has `instance`, `stdin`, `stdout`, `stderr`, `terminal`, `user`, `env` and `workingDir`.",
  },
  [
    must(1, "The words of `command` MUST be passed on as they are, without a shell.", [
      "exec > exec() passes words to the command unchanged",
    ]),
    must(
      2,
      "`exec` MUST resolve when the command has ended and all of its output was written, with its exit code and the name of the instance.",
      [
        "exec > exec() returns the exit code and the instance, and separates stdout from stderr",
        "exec > exec() passes all of stdin, and returns all of stdout",
      ],
    ),
    must(3, "`stdout` and `stderr` MUST be separate, byte by byte as the command writes them. They are not ended.", [
      "exec > exec() returns the exit code and the instance, and separates stdout from stderr",
      "exec > exec() passes all of stdin, and returns all of stdout",
    ]),
    must(4, "`stdin` MUST reach the command completely, with its end. Without it, the command has no input.", [
      "exec > exec() passes all of stdin, and returns all of stdout",
      "exec > exec() without stdin gives the command no input",
    ]),
    must(
      5,
      "With `terminal`, the command MUST have a terminal with that number of columns and rows, and all output is `stdout`.",
      [
        "exec > exec() with a terminal gives the command a terminal",
        "exec > exec() gives a terminal the requested size",
      ],
      {
        untested: "`resizes` are tested for the two Docker strategies.",
      },
    ),
    must(6, "`env` MUST be added to the variables of the service, and `workingDir` be the directory of the command.", [
      "exec > exec() runs the command with env and workingDir, in addition to the variables of the service",
    ]),
    must(7, "`user` MUST be the user of the command. Default: the user of the service.", [
      "exec > exec() runs the command as the requested user",
    ]),
    must(
      8,
      "`instance` MUST select an instance by its number (from 1), name or id. Default: the first running one that can be reached.",
      [
        "exec > exec() runs the command in the requested instance",
        "exec > exec() returns the exit code and the instance, and separates stdout from stderr",
      ],
    ),
    must(
      9,
      "A missing instance MUST be rejected with `NOT_FOUND`, and a service or instance that does not run with `CONFLICT`.",
      [
        "exec > exec() in a missing instance (*) rejects with NOT_FOUND",
        "exec > exec() in a stopped service rejects with CONFLICT",
      ],
    ),
    must(
      10,
      "A program that can't be executed or does not exist MUST be exit code 126 or 127, as in a shell, and not an error. So is a user or directory that does not exist, unless it is rejected with `INVALID_REQUEST`.",
      [
        "exec > exec() of a program that does not exist exits with 126 or 127",
        "exec > exec() with *, which does not exist, *",
      ],
    ),
    must(11, "A command without words MUST be rejected with `INVALID_REQUEST`.", [
      "exec > exec() without a command rejects with INVALID_REQUEST",
    ]),
    must(12, "An abort MUST end `exec` with `ABORTED`. The command may still run; the service's process does.", [
      "exec > exec() rejects with ABORTED, before and while the command runs",
    ]),
    must(
      13,
      "An instance in which the platform can't run commands MUST be rejected with `UNSUPPORTED`, with a hint that says where and how.",
      [],
      {
        untested: "Only a platform with several nodes has such instances. Tests of the Swarm strategy do.",
      },
    ),
  ],
);

export const authSection = section(
  "AUTH",
  "Capability refreshAuth: refreshAuth(serviceName) → AuthRefresh",
  {
    types: ["CanRefreshAuth", "AuthRefresh"],
    profile: "refreshAuth",
    introduction:
      "Replaces the registry credentials that are stored with a service. `AuthRefresh` has `name`, `renewed` and `warnings`.",
  },
  [
    must(1, "`refreshAuth` MUST change no setting and restart no process.", [
      "refreshAuth > refreshAuth() changes no setting and restarts nothing",
    ]),
    must(
      2,
      "`renewed` MUST say whether new credentials are stored; if not, a warning has the reason and the stored ones stay.",
      ["refreshAuth > refreshAuth() changes no setting and restarts nothing"],
      {
        untested:
          "That there is a result is tested. The credentials are tested with a registry for the Swarm strategy.",
      },
    ),
    must(
      3,
      "An update in progress MUST be `CONFLICT`, and a credential helper that returns nothing `UNAUTHORIZED`.",
      [],
      {
        untested: "The suite has neither. Tests of the Swarm strategy do.",
      },
    ),
  ],
);
