import type { SavedPlan } from "@openfactory/deployer";
import { z } from "zod";
import { resourceKind } from "./parts.js";
import { app, orphan, other, planFields } from "./plan-schema.js";

const SAVED_PLAN = "ofdeploy-plan";

/** Version of the format. A file of another version is refused. */
export const SAVED_PLAN_FORMAT = 1;

const hash = z.string().regex(/^[0-9a-f]{48}$/);

const withoutRequest = other.shape.owner.omit({ request: true });

/** Options of the command line, which `ofdeploy up` takes from the file. */
const command = z.strictObject({
  platform: z.string(),
  file: z.array(z.string()).optional().describe("As with --file, relative to the working directory."),
  envFile: z.array(z.string()).optional(),
  profile: z.array(z.string()).optional(),
  project: z.string().optional(),
  apps: z.array(z.string()).optional().describe("Names of apps, if only some are planned."),
  deps: z.literal(false).optional().describe("Without the apps that the named apps depend on."),
  option: z
    .strictObject({ names: z.array(z.string()), hash })
    .optional()
    .describe("Options of the platform, whose values are not saved."),
});

const basis = z.strictObject({
  engine: z.string().optional().describe("Id of the engine or swarm."),
  files: z.array(z.string()).optional().describe("Relative to the project directory."),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  services: z.array(
    z.strictObject({
      service: z.string(),
      desired: hash.optional().describe("Salted scrypt hash of the desired request, with values of env."),
      observed: hash.optional().describe("Salted scrypt hash of the observed service. Left out if there is none."),
      image: z.string().optional().describe("The desired image with its digest, if a registry was asked for it."),
    }),
  ),
  resources: z.array(z.strictObject({ kind: resourceKind, name: z.string(), ids: z.array(z.string()) })),
});

/** A file that `ofdeploy plan --out` writes, and `ofdeploy up` applies. */
export const savedPlanSchema = z
  .strictObject({
    kind: z.literal(SAVED_PLAN),
    format: z.literal(SAVED_PLAN_FORMAT),
    version: z.string().describe("The release of ofdeploy that saved the plan."),
    savedAt: z.string().describe("ISO 8601."),
    command,
    options: z.strictObject({
      prune: z.boolean().optional(),
      volumes: z.boolean().optional(),
      adopt: z.array(z.string()).optional(),
      takeOwnership: z.boolean().optional(),
      strict: z.boolean().optional(),
    }),
    plan: z.strictObject({
      ...planFields,
      apps: z.array(z.strictObject({ ...app.omit({ status: true }).shape, owner: withoutRequest.optional() })),
      orphans: z.array(z.strictObject(orphan.omit({ status: true }).shape)),
      others: z.array(z.strictObject({ ...other.omit({ status: true }).shape, owner: withoutRequest })),
    }),
    basis,
  })
  .meta({
    title: "ofdeploy plan --out",
    description: "A saved plan. It contains no values of env and no contents of secrets and configs.",
  });

/** A saved plan, as the file contains it. */
export interface SavedPlanFile extends SavedPlan {
  readonly kind: typeof SAVED_PLAN;
  readonly format: typeof SAVED_PLAN_FORMAT;
  readonly version: string;
  readonly savedAt: string;
  readonly command: z.output<typeof command>;
}
