import { DeploymentError, REQUEST_FIELDS } from "@openfactory/deploy-core";
import { z } from "zod";

/** An operation of the strategy, as in {@link MemoryOptions.failOn}. */
const OPERATIONS = ["deploy", "remove", "inspect", "wait", "logs", "update", "rollback", "scale"] as const;
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

/** The options of the strategy in memory. All may be left out. */
export const memoryOptionsSchema = z.strictObject({
  /** How long each step of an operation takes, in milliseconds. Default 0. */
  latencyMs: z.number().min(0).optional(),
  /** Further fields to count as honoured. They are kept with the service and have no effect. */
  honours: z.array(z.enum(REQUEST_FIELDS)).optional(),
  /** What fails, by service: the error of its deploy, or of each operation. */
  failOn: z.record(z.string(), z.union([error, z.partialRecord(z.enum(OPERATIONS), error)])).optional(),
  /** References that can't be found. Every other image is there. */
  missingImages: z.array(z.string()).optional(),
  /** Entrypoints of images that have one, as words. */
  entrypoints: z.record(z.string(), z.array(z.string())).optional(),
  /** The networks that exist. Default: whatever is asked for. */
  networks: z.array(z.string()).optional(),
  /** Secrets and configs must have been made, by `createResource`. Default: whatever is asked for is there. */
  onlyMadeFiles: z.boolean().optional(),
  /** What the processes of a service do, whatever its command says. */
  processes: z.record(z.string(), processSchema).optional(),
});

export type MemoryOptions = z.input<typeof memoryOptionsSchema>;
