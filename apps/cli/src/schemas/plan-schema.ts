import type { AppAction, PlannedOrphan, PlannedOther, PlannedResource } from "@openfactory/deployer";
import { z } from "zod";
import { location, resourceKind, service, status, warning, enumOf } from "./parts.js";

export const appAction = enumOf<AppAction>({
  create: "the service does not exist",
  update: "the service is changed in place",
  replace: "the service is removed and created again",
  unchanged: "",
  adopt: "the project takes ownership of the existing service",
  conflict: "the service belongs to another owner",
});

const change = z.object({
  path: z.string().describe("Such as image, env.LOG_LEVEL, resources.Limits.MemoryBytes."),
  key: z
    .string()
    .optional()
    .describe(
      "The key in the app's entry of the file, or the key that would set it: environment.LOG_LEVEL, ports[0]. Left out if no key sets the field.",
    ),
  item: z
    .string()
    .optional()
    .describe("The part of the key that differs, where the key does not identify it: 8080/tcp of ports[0]."),
  location: location.optional().describe("The position of the key, or of its closest parent in the file."),
  from: z.string().optional().describe("As text. Left out if it was not set."),
  to: z.string().optional().describe("As text. Left out if it will not be set."),
  masked: z.literal(true).optional().describe("The values may be secret and are replaced with ***."),
});

const owner = {
  project: z.string(),
  app: z.string().optional(),
  request: z.string().optional(),
  run: z.string().optional(),
  file: z.string().optional().describe("Relative to the project directory."),
  directory: z.string().optional(),
};

export const app = z.object({
  ...service,
  action: appAction,
  changes: z.array(change).describe("Empty if the platform can't report the fields."),
  drifted: z.literal(true).optional().describe("The service was changed outside of ofdeploy since its last deploy."),
  reason: z.string().optional(),
  restarts: z
    .array(z.string())
    .optional()
    .describe("Instances that restart because the number of replicas is one of their variables."),
  status: status.optional().describe("The observed state."),
  owner: z.object(owner).optional().describe("For a conflict: the owner."),
  warnings: z
    .array(warning)
    .describe("Fields that the platform does not support, and settings of an adopted service that the file lacks."),
  location: location.optional(),
});

export const restoresEarlier = z
  .literal(true)
  .optional()
  .describe("The version before an interrupted change belongs to something else, and a removal restores it.");

export const orphan = z.object({
  ...service,
  action: enumOf<PlannedOrphan["action"]>({ keep: "", remove: "" }),
  restoresEarlier,
  status,
});

export const other = z.object({
  ...service,
  ownership: enumOf<PlannedOther["ownership"]>({
    "other-file": "another file of the project owns it",
    "other-directory": "a project of the same name in another directory owns it",
    unrecorded: "no file is recorded for it, and these files don't declare it",
  }),
  owner: z.object(owner),
  status,
});

const resourceAction = enumOf<PlannedResource["action"]>({
  create: "",
  unchanged: "",
  remove: "",
  keep: "not in the file, and not removed",
  conflict: "the resource belongs to another owner, or has other options",
});

const resource = z.object({
  kind: resourceKind,
  name: z.string(),
  key: z.string().optional().describe("The key of the resource in the file."),
  action: resourceAction,
  reason: z.string().optional(),
  hint: z.string().optional().describe("For a conflict: how to resolve it."),
  location: location.optional(),
});

const finding = z.object({
  ...service,
  code: z.string().describe("The code of the error with which up would fail."),
  message: z.string(),
  hint: z.string().optional(),
  field: z.string().optional().describe("Path in the request."),
  key: z.string().optional().describe("The key in the app's entry of the file."),
  location: location.optional(),
});

/** The fields of a plan. */
export const planFields = {
  project: z.string(),
  platform: z.string(),
  apps: z.array(app).describe("In the order of the file."),
  orphans: z.array(orphan).describe("Services of the project that are not in the file."),
  others: z.array(other).describe("Services of the project that other files own. They are not changed."),
  resources: z.array(resource).describe("Networks, volumes, configs and secrets of the project."),
  warnings: z.array(warning),
  findings: z
    .array(finding)
    .optional()
    .describe("Problems on the engine that would make up fail. Left out if they were not searched for."),
  hasChanges: z.boolean().describe("Whether up would change anything. A plan with conflicts can't be applied."),
};
