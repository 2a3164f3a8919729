import type { AppAction, PlannedOrphan, PlannedOther, PlannedResource } from "@openfactory/deployer";
import { z } from "zod";
import { location, resourceKind, service, status, warning, wordsOf } from "./parts.js";

export const appAction = wordsOf<AppAction>({
  create: "nothing by its service's name is there",
  update: "changed in place",
  replace: "removed and made anew",
  unchanged: "",
  adopt: "taken over",
  conflict: "something by that name is not this project's",
});

const change = z.object({
  path: z.string().describe("Such as image, env.LOG_LEVEL, resources.Limits.MemoryBytes."),
  from: z.string().optional().describe("As text. Left out: it was not set."),
  to: z.string().optional().describe("As text. Left out: it will not be set."),
  masked: z.literal(true).optional().describe("The values may be secret: *** stands for each."),
});

const owner = {
  project: z.string(),
  app: z.string().optional(),
  request: z.string().optional(),
  run: z.string().optional(),
  file: z.string().optional().describe("Relative to the project directory."),
  directory: z.string().optional(),
};

const app = z.object({
  ...service,
  action: appAction,
  changes: z.array(change).describe("Empty where the platform can't tell them."),
  drifted: z.literal(true).optional().describe("Somebody has changed it by hand since it was deployed."),
  reason: z.string().optional(),
  restarts: z
    .array(z.string())
    .optional()
    .describe("Running instances that restart because their variable that holds the number of replicas changes."),
  status: status.optional().describe("As it is now."),
  owner: z.object(owner).optional().describe("Of a conflict: whose it is."),
  warnings: z.array(warning).describe("What the platform does not honour."),
  location: location.optional(),
});

const orphan = z.object({ ...service, action: wordsOf<PlannedOrphan["action"]>({ keep: "", remove: "" }), status });

const other = z.object({
  ...service,
  ownership: wordsOf<PlannedOther["ownership"]>({
    "other-file": "another file of the project owns it",
    "other-directory": "a project of the same name in another directory owns it",
    unrecorded: "no file is recorded as its owner, and this one does not name it",
  }),
  owner: z.object(owner),
  status,
});

const resourceAction = wordsOf<PlannedResource["action"]>({
  create: "",
  unchanged: "",
  remove: "",
  keep: "the file does not ask for it, and it stays",
  conflict: "something by that name is not this project's, or is made otherwise",
});

const resource = z.object({
  kind: resourceKind,
  name: z.string(),
  key: z.string().optional().describe("Its name in the file."),
  action: resourceAction,
  reason: z.string().optional(),
  hint: z.string().optional().describe("Of a conflict: what to do."),
  location: location.optional(),
});

/** The fields of a plan. */
export const planFields = {
  project: z.string(),
  platform: z.string(),
  apps: z.array(app).describe("In the file's order."),
  orphans: z.array(orphan).describe("Services of the project that are not in the file."),
  others: z.array(other).describe("Services of the project that other files own: left as they are."),
  resources: z.array(resource).describe("Networks, volumes, configs and secrets of the project."),
  warnings: z.array(warning),
  hasChanges: z.boolean().describe("Whether up would change anything. A plan with conflicts can't be carried out."),
};
