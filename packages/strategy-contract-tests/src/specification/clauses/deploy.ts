import { may, must, section } from "../clause.js";

const ABORTED_AT_ANY_TIME =
  "aborted deploys > deploy() aborted at any time either completes or leaves nothing behind > *";

export const deploySection = section(
  "DEPLOY",
  "deploy(request, options) → Deployment",
  {
    types: ["DeployOptions", "Deployment"],
    introduction:
      "Creates one service. A service is what `deploy` creates under one name: its settings and its _instances_ (containers, tasks, units), each with one process. It exists until it is removed, whether its processes run or not.",
  },
  [
    must(1, "`deploy` MUST create exactly one service, with the name and the settings of the request.", [
      "deployment > deploy() starts a service and returns its name, ids and image",
      "deployment > deploy() sets no field that the request does not have",
      "deployment > deploy() applies all supported fields together",
    ]),
    must(
      2,
      "`deploy` MUST resolve when the service exists and its process is started, or the platform has accepted to start it. It does not wait until the process is ready.",
      ["deployment > deploy() starts a service and returns its name, ids and image"],
      { rationale: "`wait` waits. A caller starts many services before it waits for the first." },
    ),
    must(
      3,
      "The process MUST then run without a further call: also if the caller ends, and after a restart of the platform unless the restart condition forbids it.",
      ["deployment > deploy() starts a service and returns its name, ids and image"],
      { untested: "That the process runs is tested. No case restarts the platform, since others may use it." },
    ),
    must(4, "`Deployment.name` MUST be the name of the request.", [
      "deployment > deploy() starts a service and returns its name, ids and image",
    ]),
    must(
      5,
      "`Deployment.ids` MUST be the ids that the platform has for the service: one id of the service, or one for each of its instances. They are not empty.",
      [
        "deployment > deploy() starts a service and returns its name, ids and image",
        "inspect > inspect() returns the state of the engine",
      ],
    ),
    must(
      6,
      "`Deployment.warnings` MUST have everything of the request that was not carried out as requested, each once.",
      [
        "request fields > request field > *",
        "deployment > deploy() starts a service and returns its name, ids and image",
      ],
    ),
    must(
      7,
      "A name in use MUST be rejected with `ALREADY_EXISTS`, whatever the request, and the existing service MUST stay unchanged, with the same processes.",
      ["names in use > deploy() with a name in use rejects with ALREADY_EXISTS and leaves the service unchanged"],
      {
        rationale: "`update` changes a service. A deploy that replaced one would hide that two callers chose one name.",
      },
    ),
    must(8, "The name of a service whose processes have ended or were stopped MUST be in use.", [
      "names in use > the name of a stopped service is in use",
      "stop > the name of a stopped service is in use",
    ]),
    must(9, "The name of a removed service MUST be free.", [
      "names in use > the name of a removed service is free",
      "pull policy > `always` runs the current image of the registry",
    ]),
    must(
      10,
      "A deploy that rejects MUST leave nothing behind: no service, no container, no name in use, no other resource, now and later.",
      [
        "failures > *",
        "invalid requests > *",
        "request fields > request field > *",
        "aborted deploys > deploy() aborted at each progress event rejects with ABORTED, leaves nothing behind and frees the name",
        "slow images > deploy() aborted by a time limit during the pull rejects with its error and leaves nothing behind",
      ],
      {
        rationale: "The next deploy of the same request must succeed once its cause is gone.",
        untested:
          "Volumes that the platform created for mounts are not looked for; a volume is never removed automatically.",
      },
    ),
    must(11, "A deploy that rejects MUST leave every other service unchanged and running.", [
      "failures > deploy() with another service's host port rejects with CONFLICT, keeps that service running and frees the name",
    ]),
    must(12, "If something can't be removed after a failure, the error MUST name it.", [], {
      untested: "The suite can't make a removal fail. Tests of the two Docker strategies do so.",
    }),
    must(
      13,
      "A host port that another service publishes MUST be rejected with `CONFLICT`.",
      [
        "failures > deploy() with another service's host port rejects with CONFLICT, keeps that service running and frees the name",
      ],
      { fields: ["ports"] },
    ),
    must(
      14,
      "A process that can't be started (a missing program) MUST be rejected with `TASK_FAILED`, `ENGINE_ERROR` or `INVALID_REQUEST`. A strategy that only schedules may accept it; then nothing runs and `wait` rejects.",
      ["failures > a missing program fails and runs nothing"],
    ),
    may(
      15,
      "A strategy MAY accept a request whose image, program or node is missing, if its platform only schedules and finds out later. The service then exists, runs nothing, and `wait` rejects.",
      [
        "failures > a missing image fails with IMAGE_NOT_FOUND and runs nothing",
        "failures > a missing program fails and runs nothing",
        "failed updates > an update that no node can run keeps the service running and can be reverted",
      ],
    ),
    must(16, "An observer that throws MUST end `deploy` with exactly that error, and nothing is left behind.", [
      "failures > an observer that throws at any event ends deploy() with its error, and nothing is left behind",
    ]),
    must(
      17,
      "An aborted deploy MUST either resolve, with the service in place, or reject with `ABORTED` and leave nothing behind: nothing in between, at whatever time it is aborted.",
      [
        ABORTED_AT_ANY_TIME,
        "aborted deploys > deploy() aborted at each progress event rejects with ABORTED, leaves nothing behind and frees the name",
        "slow images > deploy() aborted during the pull rejects with ABORTED, leaves nothing behind and frees the name",
      ],
    ),
    must(18, "A warning of the engine MUST be a warning `ENGINE_WARNING` of the deployment.", [], {
      untested: "No request makes every engine warn. Tests of the local Docker strategy have one.",
    }),
  ],
);
