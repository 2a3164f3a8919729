import type { ErrorCode, ErrorSubject, ResourceKind, ServiceState } from "@openfactory/deploy-core";
import { z } from "zod";

// Schemas that several events share. Fields and values may be added; the existing ones keep their meaning.

/** The schema of a union of strings, with a description of each. Compiles only if the record has exactly the values of the union. */
export function enumOf<Value extends string>(descriptions: Readonly<Record<Value, string>>) {
  const entries = Object.entries(descriptions) as [Value, string][];
  const described = entries.flatMap(([value, text]) => (text ? [`${value}: ${text}`] : []));
  const values = z.enum(entries.map(([value]) => value));
  return described.length === 0 ? values : values.describe(described.join("; "));
}

export const milliseconds = z.int().min(0).describe("In milliseconds.");

const dateTime = z.string().describe("ISO 8601.");

export const location = z
  .object({ file: z.string(), line: z.int().min(1), column: z.int().min(1) })
  .meta({ id: "location", description: "A position in a file." });

/** A code of the contract, or one of the command: `USAGE`, `INTERNAL`. */
type AnyCode = ErrorCode | "USAGE" | "INTERNAL";

export const error = z
  .object({
    code: z.string().describe("Stable: CONFLICT, TASK_FAILED, ...") as z.ZodType<AnyCode>,
    message: z.string().describe("What happened, in one sentence."),
    hint: z.string().optional().describe("What to do, in one sentence."),
    help: z.string().optional().describe("Address of a page about the error, with its causes and what to do."),
    service: z.string().optional(),
    strategy: z.string().optional(),
    field: z.string().optional().describe("Path in the request."),
    subject: z
      .object({ kind: z.string() as z.ZodType<ErrorSubject["kind"]>, name: z.string() })
      .optional()
      .describe("The network, volume, image, secret or config that the error concerns."),
    location: location.optional().describe("The position in the file."),
    issues: z
      .array(
        z.object({
          message: z.string(),
          code: (z.string() as z.ZodType<AnyCode>)
            .optional()
            .describe("The code of this finding, if it differs from the code of the error."),
          field: z.string().optional(),
          location: location.optional(),
          hint: z.string().optional(),
        }),
      )
      .optional()
      .describe("The findings, if there are several."),
    instance: z
      .object({
        id: z.string(),
        node: z.string().optional(),
        exitCode: z.int().optional(),
        error: z.string().optional().describe("The message of the engine."),
        lastLogLines: z.array(z.string()).optional(),
      })
      .optional()
      .describe("The container or task that failed."),
  })
  .meta({ id: "error" });

export const warning = z
  .object({
    code: z.string(),
    reason: z.string().describe("One sentence."),
    service: z.string().optional(),
    strategy: z.string().optional(),
    field: z.string().optional().describe("Path in the request."),
    registry: z
      .string()
      .optional()
      .describe("The registry that the warning concerns, if it concerns no single service."),
  })
  .meta({ id: "warning" });

export const state = enumOf<ServiceState>({
  pending: "created, but not completely running yet",
  running: "all replicas are running and healthy",
  completed: "all replicas exited with code 0",
  failed: "",
  stopped: "0 replicas requested",
}).meta({ id: "serviceState" });

export const resourceKind = enumOf<ResourceKind>({ network: "", volume: "", config: "", secret: "" });

const instance = z.object({
  id: z.string(),
  name: z.string(),
  node: z.string().optional(),
  state,
  engineState: z.string().describe("The state as the engine reports it."),
  health: z.enum(["starting", "healthy", "unhealthy"]).optional(),
  exitCode: z.int().optional(),
  error: z.string().optional(),
  startedAt: dateTime.optional(),
  finishedAt: dateTime.optional(),
  restarts: z.int().min(0).optional(),
});

/** A published port. */
export const port = z.object({
  target: z.int(),
  published: z.int().optional(),
  protocol: z.enum(["tcp", "udp", "sctp"]),
  hostAddress: z.string().optional(),
  mode: z.enum(["ingress", "host"]),
});

/** The observed state of a service. */
export const status = z
  .object({
    name: z.string(),
    ids: z.array(z.string()),
    image: z.string().describe("With the digest if the image is pinned."),
    state,
    update: z
      .enum(["updating", "paused", "rolling-back", "rollback-paused"])
      .optional()
      .describe("An update by the platform that is still in progress or paused."),
    replicas: z.object({ running: z.int().min(0), desired: z.int().min(0) }),
    ports: z.array(port),
    labels: z.record(z.string(), z.string()),
    createdAt: dateTime,
    networks: z
      .array(
        z.object({ id: z.string(), name: z.string().optional().describe("Left out if the network no longer exists.") }),
      )
      .optional()
      .describe("The networks of all instances, if known."),
    instances: z.array(instance).describe("May be empty in listings."),
    settings: z.looseObject({}).optional().describe("The deployed settings; values of env are masked."),
    revision: z.string().optional(),
    previous: z.object({ image: z.string(), labels: z.record(z.string(), z.string()) }).optional(),
    versionOf: z.string().optional().describe("The service, if this is what an interrupted change of it left."),
  })
  .meta({ id: "status", description: "The observed state of a service." });

/** The first fields of every event about an app. */
export const service = { app: z.string().describe("The key of the app in the file."), service: z.string() };
