import { DeploymentError, REQUEST_FIELDS, type StrategyManifest } from "@openfactory/deploy-core";
import { z } from "zod";

/** An operation of the strategy, as in {@link MemoryOptions.failOn}. */
const OPERATIONS = [
  "deploy",
  "remove",
  "inspect",
  "wait",
  "logs",
  "update",
  "rollback",
  "scale",
  "restart",
  "stop",
  "start",
  "exec",
] as const;
export type Operation = (typeof OPERATIONS)[number];

const error = z.custom<DeploymentError>((value) => DeploymentError.isInstance(value), "expected a DeploymentError");
const line = z.strictObject({ stream: z.enum(["stdout", "stderr"]), line: z.string() });

const processSchema = z.strictObject({
  lines: z.array(line).optional(),
  repeats: z.string().optional(),
  exitCode: z.number().int().optional(),
  health: z.enum(["starting", "healthy", "unhealthy"]).optional(),
  absent: z.boolean().optional(),
});

/** The options of the strategy in memory. All are optional. */
export const memoryOptionsSchema = z.strictObject({
  /** Duration of each step of an operation, in milliseconds. Default 0. */
  latencyMs: z.number().min(0).optional(),
  /** Additional supported fields. They are stored with the service and have no effect. */
  supportedFields: z.array(z.enum(REQUEST_FIELDS)).optional(),
  /** Errors by service name: the error of its deploy, or errors by operation. */
  failOn: z.record(z.string(), z.union([error, z.partialRecord(z.enum(OPERATIONS), error)])).optional(),
  /** Images that don't exist. Default: every image exists. */
  missingImages: z.array(z.string()).optional(),
  /** Entrypoints of images that have one, as words. */
  entrypoints: z.record(z.string(), z.array(z.string())).optional(),
  /** The networks that exist. Default: every network exists. */
  networks: z.array(z.string()).optional(),
  /** Secrets and configs must be created with `createResource`. Default false: every secret and config exists. */
  onlyMadeFiles: z.boolean().optional(),
  /** The behavior of a service's processes, by service name, whatever its command is. */
  processes: z.record(z.string(), processSchema).optional(),
  /** `list` returns settings at no cost. Default true; false: it inspects each service, only if settings are requested. */
  listsSettings: z.boolean().optional(),
  /** What happens when the new version of an update fails. Default: as the `updateConfig` of the request says, else `leave`. */
  onFailedUpdate: z.enum(["leave", "rollback", "keep"]).optional(),
  /** The digests that a registry returns for the pull policy `always`, by image. Default: images are not pinned. */
  digests: z.record(z.string(), z.string()).optional(),
  /** Replaces parts of the manifest, such as its capabilities, to test code with a strategy that can do less. */
  manifest: z.custom<Partial<StrategyManifest>>((value) => typeof value === "object").optional(),
});

export type MemoryOptions = z.input<typeof memoryOptionsSchema>;
