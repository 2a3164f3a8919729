import type {
  ActualState,
  AppOutcome,
  RevertAction,
  RevertStep,
  PlannedRemoval,
  RefreshVerdict,
  RemovalVerdict,
  ResourceVerdict,
  ProcessOutcome,
  RollbackOutcome,
  ScaleVerdict,
  UpReport,
  WaitVerdict,
} from "@openfactory/deployer";
import { z } from "zod";
import type { ScaledApp } from "../commands/scale.js";
import { error, milliseconds, resourceKind, service, status, warning, enumOf } from "./parts.js";
import { appAction, restoresEarlier } from "./plan-schema.js";

const appOutcome = enumOf<AppOutcome>({
  running: "created and ready",
  completed: "exited with code 0",
  stopped: "0 replicas requested",
  started: "started, without waiting for it",
  updated: "changed and ready",
  adopted: "adopted and ready",
  unchanged: "",
  "rolled-back": "the new version failed, and the platform restored the previous one",
  failed: "",
  skipped: "not changed",
  reverted: "its changes were reverted, because the run failed or was interrupted",
});

const appNow = enumOf<ActualState>({
  desired: "the version of the file",
  previous: "the version before the run",
  absent: "not deployed",
  unknown: "the platform did not report it",
});

const removalOutcome = enumOf<RemovalVerdict["outcome"]>({
  removed: "",
  failed: "",
  skipped: "not started",
  foreign: "not removed, because another project or file owns it",
  reverted: "restored, because the run failed",
});

const resourceOutcome = enumOf<ResourceVerdict["outcome"]>({
  created: "",
  removed: "",
  failed: "",
  reverted: "created by this run, and removed because it failed",
  skipped: "not started",
  kept: "not removed by down: see reason",
});

const compensationAction = enumOf<RevertAction>({
  remove: "a created service is removed",
  rollback: "the platform restores the previous version",
  restore: "the previous settings are restored",
  redeploy: "the service is created again with the previous settings",
  keep: "a job, which is not started again: see reason",
});

const rollbackOutcome = enumOf<RollbackOutcome>({
  running: "the previous version is ready",
  completed: "the previous version has exited with code 0",
  stopped: "the previous version requests 0 replicas",
  started: "the previous version was started, without waiting for it",
  failed: "",
  "no-previous": "there is no previous version",
  skipped: "not started",
});

const refreshOutcome = enumOf<RefreshVerdict["outcome"]>({
  renewed: "",
  kept: "there are no credentials to store: see warnings",
  failed: "",
  skipped: "not started",
  foreign: "not changed, because the project does not own it",
});

const causedBy = z.string().optional().describe("The app whose failure caused this outcome.");

/** The result for an app. */
export const verdictFields = {
  ...service,
  action: appAction,
  outcome: appOutcome,
  now: appNow,
  error: error.optional(),
  causedBy,
  status: status.optional().describe("The last observed state."),
  kept: z.string().optional().describe("The reason why the run was reverted and this app was not."),
  leftBehind: error.optional().describe("The error that prevented reverting the app."),
  warnings: z.array(warning),
  elapsedMs: milliseconds,
};

/** The result of a removal. */
export const removalFields = {
  service: z.string(),
  app: z.string().optional(),
  outcome: removalOutcome,
  reason: z.string().optional().describe("For foreign: the owner."),
  error: error.optional(),
  elapsedMs: milliseconds,
};

/** The result for a network, volume, config or secret. */
export const resourceFields = {
  kind: resourceKind,
  name: z.string(),
  outcome: resourceOutcome,
  reason: z.string().optional().describe("For kept."),
  error: error.optional(),
};

/** One step that reverts a change of a failed run. */
export const revertStepFields = {
  action: compensationAction,
  app: z.string().optional(),
  service: z.string().optional(),
  resource: z.object({ kind: resourceKind, name: z.string() }).optional(),
  reason: z.string().optional().describe("For keep."),
  state: enumOf<RevertStep["state"]>({ begun: "", done: "", failed: "" }),
  error: error.optional(),
  elapsedMs: milliseconds.optional(),
};

const run = { project: z.string(), platform: z.string(), warnings: z.array(warning), elapsedMs: milliseconds };
const outcome = enumOf<UpReport["outcome"]>({ ok: "", failed: "", interrupted: "by a signal" });
const list = <Fields extends z.ZodRawShape>(fields: Fields) => z.array(z.object(fields));

export const upFields = {
  ...run,
  run: z.string().describe("The id of the run, recorded on every service and resource that it changed."),
  outcome,
  apps: list(verdictFields),
  orphans: list(removalFields),
  resources: list(resourceFields),
  revertSteps: list(revertStepFields).describe("The steps that reverted the changes of the run, in their order."),
};

const removalAction = enumOf<PlannedRemoval["action"]>({ remove: "", keep: "see reason" });
const removalNotes = {
  action: removalAction,
  owner: z.string().optional().describe("The owner, such as app_a.yml."),
  reason: z.string().optional(),
};

/** The plan of `down`. */
export const downPlanFields = {
  project: z.string(),
  platform: z.string(),
  services: list({
    service: z.string(),
    app: z.string().optional(),
    versionOf: z.string().optional().describe("The service, if only what an interrupted change of it left is removed."),
    restoresEarlier,
    ...removalNotes,
  }),
  resources: list({ kind: resourceKind, name: z.string(), ...removalNotes }),
  warnings: z.array(warning),
  hasChanges: z.boolean().describe("Whether down would remove anything."),
};

export const downFields = { ...run, outcome, services: list(removalFields), resources: list(resourceFields) };

/** The result for the registry credentials of a service. */
export const refreshFields = {
  service: z.string(),
  app: z.string().optional(),
  outcome: refreshOutcome,
  reason: z.string().optional().describe("For foreign: the owner."),
  error: error.optional(),
  warnings: z.array(warning),
  elapsedMs: milliseconds,
};

export const refreshAuthFields = { ...run, outcome, services: list(refreshFields) };

/** The result of rolling back an app. */
export const rollbackVerdict = {
  ...service,
  outcome: rollbackOutcome,
  from: z.string().optional().describe("The image before the rollback."),
  to: z.string().optional().describe("The image after the rollback."),
  reason: z.string().optional(),
  causedBy,
  error: error.optional(),
  status: status.optional(),
  elapsedMs: milliseconds,
};

export const rollbackFields = {
  ...run,
  run: z.string().optional().describe("The id of the run that was rolled back."),
  outcome,
  apps: list(rollbackVerdict),
};

/** The result of restarting, stopping or starting an app. */
export const processVerdict = {
  ...service,
  outcome: enumOf<ProcessOutcome>({
    running: "its processes were started and are ready",
    completed: "its processes have exited with code 0",
    started: "its processes were started, without waiting for them",
    stopped: "its processes have ended",
    unchanged: "it already was as requested",
    failed: "",
    skipped: "not changed",
  }),
  causedBy,
  error: error.optional(),
  status: status.optional(),
  warnings: z.array(warning),
  elapsedMs: milliseconds,
};

export const processFields = { ...run, outcome, apps: list(processVerdict) };

/** The result of scaling an app. */
export const scaleVerdict = {
  ...service,
  from: z.int().describe("The number of replicas before."),
  to: z.int(),
  outcome: enumOf<ScaleVerdict["outcome"]>({
    running: "",
    stopped: "0 replicas requested",
    started: "started, without waiting for it",
  }),
  status: status.optional(),
  warnings: z.array(warning),
  elapsedMs: milliseconds,
};

const scaled = {
  ...scaleVerdict,
  service: service.service.optional(),
  from: scaleVerdict.from.optional(),
  outcome: enumOf<ScaledApp["outcome"]>({
    running: "",
    stopped: "0 replicas requested",
    started: "started, without waiting for it",
    failed: "",
    skipped: "not started",
  }),
  error: error.optional(),
};

export const scaleFields = {
  project: z.string(),
  platform: z.string(),
  outcome,
  apps: list(scaled),
  elapsedMs: milliseconds,
};

/** The result of waiting for an app. */
export const waitFields = {
  project: z.string(),
  platform: z.string(),
  outcome,
  apps: list({
    ...service,
    outcome: enumOf<WaitVerdict["outcome"]>({
      running: "ready",
      completed: "exited with code 0",
      stopped: "0 replicas requested",
      failed: "",
    }),
    error: error.optional(),
    status: status.optional(),
    elapsedMs: milliseconds,
  }),
  elapsedMs: milliseconds,
};
