import type {
  AppNow,
  AppOutcome,
  CompensationAction,
  CompensationStep,
  PlannedRemoval,
  RefreshVerdict,
  RemovalVerdict,
  ResourceVerdict,
  RollbackOutcome,
  ScaleVerdict,
  UpReport,
} from "@openfactory/deployer";
import { z } from "zod";
import type { ScaledApp } from "../scale/scale-all-report.js";
import { error, milliseconds, resourceKind, service, status, warning, wordsOf } from "./parts.js";
import { appAction } from "./plan-schema.js";

const appOutcome = wordsOf<AppOutcome>({
  running: "made, and ready",
  completed: "ended with exit code 0",
  stopped: "asked to run nothing: 0 replicas",
  started: "not waited for",
  updated: "changed, and ready",
  adopted: "taken over, and ready",
  unchanged: "",
  "rolled-back": "its new version failed, and the platform went back to the one before",
  failed: "",
  skipped: "not touched",
  "put-back": "as before again, since the run failed or was interrupted",
});

const appNow = wordsOf<AppNow>({
  desired: "what the file says",
  before: "what was there before the run",
  nothing: "",
  unknown: "the platform did not tell",
});

const removalOutcome = wordsOf<RemovalVerdict["outcome"]>({
  removed: "",
  failed: "",
  skipped: "not begun",
  foreign: "left alone: another project or another file owns it",
  "put-back": "removed, and there again, since the run failed",
});

const resourceOutcome = wordsOf<ResourceVerdict["outcome"]>({
  created: "",
  removed: "",
  failed: "",
  "put-back": "made by this run, and removed again",
  skipped: "not begun",
  kept: "left by down: see reason",
});

const compensationAction = wordsOf<CompensationAction>({
  remove: "what the run made is removed",
  rollback: "the platform brings the version before back",
  restore: "changed back to the settings it had",
  redeploy: "deployed again with the settings it had",
  keep: "a job, which is not run again: see reason",
});

const rollbackOutcome = wordsOf<RollbackOutcome>({
  running: "its previous version is back, and ready",
  completed: "its previous version is back, and has ended with exit code 0",
  stopped: "its previous version is back, and asks for 0 replicas",
  started: "its previous version is back, and was not waited for",
  failed: "",
  "no-previous": "there is no version to go back to",
  skipped: "not begun",
});

const refreshOutcome = wordsOf<RefreshVerdict["outcome"]>({
  renewed: "",
  kept: "there are none to store: see warnings",
  failed: "",
  skipped: "not begun",
  foreign: "left alone: this project did not make it",
});

const because = z.string().optional().describe("The app on whose account it was skipped or put back.");

/** What became of an app. */
export const verdictFields = {
  ...service,
  action: appAction,
  outcome: appOutcome,
  now: appNow,
  error: error.optional(),
  because,
  status: status.optional().describe("As it was seen last."),
  kept: z.string().optional().describe("The run was reverted, and this app was not, on purpose: why."),
  leftBehind: error.optional().describe("It should have been put back, and is not as it was before: why."),
  warnings: z.array(warning),
  elapsedMs: milliseconds,
};

/** What became of a service that was to be removed. */
export const removalFields = {
  service: z.string(),
  app: z.string().optional(),
  outcome: removalOutcome,
  reason: z.string().optional().describe("Of foreign: to what it belongs."),
  error: error.optional(),
  elapsedMs: milliseconds,
};

/** What became of a network, volume, config or secret. */
export const resourceFields = {
  kind: resourceKind,
  name: z.string(),
  outcome: resourceOutcome,
  reason: z.string().optional().describe("Of kept."),
  error: error.optional(),
};

/** One step of putting back what a failed run had changed. */
export const compensationFields = {
  action: compensationAction,
  app: z.string().optional(),
  service: z.string().optional(),
  resource: z.object({ kind: resourceKind, name: z.string() }).optional(),
  reason: z.string().optional().describe("Of keep."),
  state: wordsOf<CompensationStep["state"]>({ begun: "", done: "", failed: "" }),
  error: error.optional(),
  elapsedMs: milliseconds.optional(),
};

const run = { project: z.string(), platform: z.string(), warnings: z.array(warning), elapsedMs: milliseconds };
const outcome = wordsOf<UpReport["outcome"]>({ ok: "", failed: "", interrupted: "by a signal" });
const list = <Fields extends z.ZodRawShape>(fields: Fields) => z.array(z.object(fields));

export const upFields = {
  ...run,
  run: z.string().describe("Its id, which is on all that it made and changed."),
  outcome,
  apps: list(verdictFields),
  orphans: list(removalFields),
  resources: list(resourceFields),
  compensation: list(compensationFields).describe("How what the run had changed was put back, in that order."),
};

const removalAction = wordsOf<PlannedRemoval["action"]>({ remove: "", keep: "see reason" });
const removalNotes = {
  action: removalAction,
  owner: z.string().optional().describe("What owns it, such as app_a.yml."),
  reason: z.string().optional(),
};

/** What `down` would do. */
export const downPlanFields = {
  project: z.string(),
  platform: z.string(),
  services: list({ service: z.string(), app: z.string().optional(), ...removalNotes }),
  resources: list({ kind: resourceKind, name: z.string(), ...removalNotes }),
  warnings: z.array(warning),
  hasChanges: z.boolean().describe("Whether anything would be removed."),
};

export const downFields = { ...run, outcome, services: list(removalFields), resources: list(resourceFields) };

/** What became of the registry credentials of a service. */
export const refreshFields = {
  service: z.string(),
  app: z.string().optional(),
  outcome: refreshOutcome,
  reason: z.string().optional().describe("Of foreign: to what it belongs."),
  error: error.optional(),
  warnings: z.array(warning),
  elapsedMs: milliseconds,
};

export const refreshAuthFields = { ...run, outcome, services: list(refreshFields) };

/** What became of an app whose previous version was to be brought back. */
export const rollbackVerdict = {
  ...service,
  outcome: rollbackOutcome,
  from: z.string().optional().describe("Its image before."),
  to: z.string().optional().describe("Its image now."),
  reason: z.string().optional(),
  because,
  error: error.optional(),
  status: status.optional(),
  elapsedMs: milliseconds,
};

export const rollbackFields = {
  ...run,
  run: z.string().optional().describe("Id of the run that was taken back."),
  outcome,
  apps: list(rollbackVerdict),
};

/** What became of an app that was scaled. */
export const scaleVerdict = {
  ...service,
  from: z.int().describe("How many replicas there were."),
  to: z.int(),
  outcome: wordsOf<ScaleVerdict["outcome"]>({
    running: "",
    stopped: "there are none to run",
    started: "not waited for",
  }),
  status: status.optional(),
  warnings: z.array(warning),
  elapsedMs: milliseconds,
};

const scaled = {
  ...scaleVerdict,
  service: service.service.optional(),
  from: scaleVerdict.from.optional(),
  outcome: wordsOf<ScaledApp["outcome"]>({
    running: "",
    stopped: "there are none to run",
    started: "not waited for",
    failed: "",
    skipped: "not begun",
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
