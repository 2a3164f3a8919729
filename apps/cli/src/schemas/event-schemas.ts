import type { AppPhase, LockEvent, PsRow } from "@openfactory/deployer";
import { z } from "zod";
import type { RunPhase } from "../timings/recorder.js";
import { enumOf, error, port, service, state, status, warning } from "./parts.js";
import { planFields } from "./plan-schema.js";
import {
  revertStepFields,
  downFields,
  downPlanFields,
  refreshAuthFields,
  refreshFields,
  removalFields,
  resourceFields,
  processFields,
  processVerdict,
  rollbackFields,
  rollbackVerdict,
  scaleFields,
  scaleVerdict,
  upFields,
  verdictFields,
  waitFields,
} from "./report-schemas.js";

const phase = enumOf<AppPhase>({
  blocked: "waits for the apps that it depends on",
  deploying: "is being created",
  updating: "is being changed in place",
  replacing: "is being removed and created again",
  "rolling-back": "",
  scaling: "",
  restarting: "",
  stopping: "",
  starting: "",
  waiting: "is not ready yet",
  completing: "is ready; other apps wait for its completion",
  removing: "",
  refreshing: "gets new registry credentials",
});

const lockState = enumOf<LockEvent["state"]>({
  taken: "",
  "taken-over": "the lock of a dead run was taken, or --force-unlock was given",
  released: "",
});

const relation = enumOf<PsRow["relation"]>({
  current: "as in the file",
  changed: "differs from the file: it was deployed from another version of the file, or changed manually",
  orphan: "not in the file",
  unfinished: "left by an interrupted change of a service that is not the project's, or no longer exists",
  "other-file": "owned by another file of the project: see owner",
  unrecorded: "no file is recorded for it, and these files don't declare it",
  foreign: "not owned by the project",
  absent: "not deployed",
});

const event = <Name extends string, Fields extends z.ZodRawShape>(name: Name, fields: Fields) =>
  z.object({ event: z.literal(name), time: z.string().describe("ISO 8601."), ...fields });

const pull = {
  kind: z.literal("pull"),
  image: z.string(),
  status: z.string(),
  id: z.string().optional().describe("The id of a layer."),
  current: z.number().optional().describe("In bytes."),
  total: z.number().optional().describe("In bytes."),
};
const step = { kind: z.literal("step"), step: z.string(), id: z.string().optional() };
const waiting = { kind: z.literal("waiting"), running: z.int(), desired: z.int(), detail: z.string().optional() };

/** Events during a run. */
const progress = [
  event("plan", planFields),
  event("down-plan", downPlanFields),
  event("lock", {
    state: lockState,
    holder: z.object({ id: z.string(), owner: z.string(), since: z.string() }),
  }),
  event("phase", { ...service, phase, detail: z.string().optional() }),
  ...[pull, step, waiting].map((kind) => event("progress", { ...service, ...kind })),
  event("wait", {
    state: enumOf<"pending" | "over">({ pending: "at first after 3 seconds, then every 10 seconds", over: "" }),
    subject: z.string().describe("Reads as: waiting for `subject` to `action`."),
    action: z.string(),
    elapsedMs: z.int(),
    others: z.int().describe("Number of other waits of this kind that last long too."),
  }),
  event("warning", { app: z.string().optional(), ...warning.shape }),
  event("verdict", verdictFields),
  event("removal", removalFields),
  event("rollback", rollbackVerdict),
  event("scale", scaleVerdict),
  event("process", processVerdict),
  event("refresh", refreshFields),
  event("resource", resourceFields),
  event("revert", revertStepFields),
];

/** Events of commands that list something. */
const listed = [
  event("app", {
    ...service,
    relation,
    owner: z.string().optional().describe("The file that owns it."),
    status: status.optional(),
  }),
  event("device", {
    device: z.string(),
    uuid: z.string(),
    connector: z.string(),
    services: z
      .array(z.string())
      .describe("Empty if nothing is deployed for the device, because its connector is registered elsewhere."),
    notes: z.array(z.string()).describe("Parts of the entry without effect."),
  }),
  event("project", {
    project: z.string(),
    platform: z.string(),
    apps: z.int().describe("Number of services."),
    running: z.int().describe("Number of services that run, or have completed."),
    state: state.describe("The state of the service that needs attention first."),
    files: z.array(z.string()).describe("Relative to the project directory."),
    directory: z.string().optional(),
  }),
  event("image", {
    ...service,
    image: z.string().describe("Of the deployed service, else of the file."),
    deployed: z.boolean(),
  }),
  event("port", { ...service, ...port.shape }),
  event("log", {
    ...service,
    instance: z.string(),
    node: z.string().optional(),
    stream: z.enum(["stdout", "stderr"]),
    timestamp: z.string(),
    line: z.string(),
  }),
  event("check", {
    check: z.string(),
    state: z.enum(["ok", "warning", "failed"]),
    detail: z.string(),
    hint: z.string().optional(),
  }),
  event("platform", {
    name: z.string(),
    origin: z.string(),
    description: z.string().optional(),
    contractVersion: z.string().optional(),
    capabilities: z.array(z.string()).optional(),
    supportedFields: z.array(z.string()).optional(),
    limitations: z.array(z.object({ field: z.string(), reason: z.string(), refuse: z.boolean() })).optional(),
    placesOnNodes: z.boolean().optional(),
    error: error.optional(),
  }),
];

const time = z.number().describe("In milliseconds.");

/** The last line but one, with `--timings`. */
const timings = event("timings", {
  totalMs: z.number().describe("From the start of the process, in milliseconds."),
  calls: z.int().describe("Calls to engines and registries."),
  phases: z.array(
    z.object({
      phase: enumOf<RunPhase>({
        start: "the process, its modules and options",
        read: "the files",
        plan: "the state of the platform, the lock, the plan and checks",
        apply: "the changes",
        finish: "the release of the lock, and the result",
        run: "everything else",
      }),
      ms: time,
      calls: z.int(),
    }),
  ),
  apps: z.array(
    z.object({
      ...service,
      ms: time,
      phases: z.array(
        z.object({
          phase: z.string().describe("A phase of the event `phase`; or `pulling`, or `reverting`."),
          ms: time,
        }),
      ),
    }),
  ),
});

const result = <Command extends string, Fields extends z.ZodRawShape>(command: Command, fields: Fields) =>
  event("result", { command: z.literal(command), ok: z.boolean(), exitCode: z.int(), ...fields });

/** The last event. It has no `command` if the whole command failed. */
const results = [
  event("result", { ok: z.literal(false), exitCode: z.int(), error }),
  result("up", upFields),
  result("adopt", upFields),
  result("plan", {
    project: z.string(),
    platform: z.string(),
    hasChanges: z.boolean(),
    file: z.string().optional().describe("The file of --out in which the plan was saved."),
    error: error.optional(),
  }),
  result("down", downFields),
  result("down", { project: z.string(), platform: z.string(), dryRun: z.literal(true), hasChanges: z.boolean() }),
  result("rollback", rollbackFields),
  result("scale", scaleFields),
  ...(["restart", "stop", "start"] as const).map((command) => result(command, processFields)),
  result("refresh-auth", refreshAuthFields),
  result("wait", waitFields),
  ...(["ps", "images"] as const).map((command) => result(command, { project: z.string() })),
  result("validate", {
    files: z.array(z.string()).describe("Relative to the project directory."),
    project: z.string(),
    platform: z.string(),
    apps: z.array(z.object(service)),
  }),
  result("init", {
    project: z.string(),
    apps: z.array(z.string()).describe("The names of the apps in the new file."),
    variables: z
      .array(z.object({ name: z.string(), app: z.string(), key: z.string() }))
      .describe("The variables that stand for values which look secret and were not copied."),
    text: z.string().optional().describe("The new file, unless it was written."),
    file: z.string().optional().describe("Path of the file that was written."),
  }),
  result("convert", {
    format: z.enum(["openfactory", "compose"]),
    text: z.string().optional().describe("The new file, unless it was written."),
    file: z.string().optional().describe("Path of the file that was written."),
  }),
  ...(["logs", "doctor", "platforms", "ls", "port"] as const).map((command) => result(command, {})),
];

/** A line of `--json`. */
export const eventSchema = z
  .union([...progress, ...listed, timings, ...results])
  .meta({ title: "ofdeploy --json", description: "One line of the output of ofdeploy with --json." });

const planSchema = event("plan", planFields).meta({
  title: "ofdeploy plan --json",
  description: "The changes that up would make: the first line of `ofdeploy plan --json`.",
});

/** A plan: the event `plan`, or a file of `ofdeploy plan --out`. */
export const planFileSchema = (savedPlan: z.ZodType) =>
  z.union([planSchema, savedPlan]).meta({ title: "ofdeploy plan", description: "A plan, printed or saved." });

/**
 * Converts a schema to JSON Schema (draft 2020-12).
 * @param exact rejects additional fields, for tests. The published schemas accept them, because fields may be added.
 */
export const outputJsonSchema = (schema: z.ZodType, { exact = false } = {}): object =>
  z.toJSONSchema(schema, { target: "draft-2020-12", io: exact ? "output" : "input" });
