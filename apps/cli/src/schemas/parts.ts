import type { ErrorCode, ErrorSubject, ResourceKind, ServiceState } from "@openfactory/deploy-core";
import { z } from "zod";

/** What several events hold. Fields and words may be added; those that are here keep their meaning. */

/** One of the words of a type, with what each means: a list that lacks one, or has one too many, does not compile. */
export function wordsOf<Word extends string>(meanings: Readonly<Record<Word, string>>) {
  const entries = Object.entries(meanings) as [Word, string][];
  const explained = entries.flatMap(([word, meaning]) => (meaning ? [`${word}: ${meaning}`] : []));
  const words = z.enum(entries.map(([word]) => word));
  return explained.length === 0 ? words : words.describe(explained.join("; "));
}

export const milliseconds = z.int().min(0).describe("In milliseconds.");

const dateTime = z.string().describe("ISO 8601.");

export const location = z
  .object({ file: z.string(), line: z.int().min(1), column: z.int().min(1) })
  .meta({ id: "location", description: "A place in a file." });

/** Any code of the contract, or one of ofdeploy's own: `USAGE`, `INTERNAL`. */
type AnyCode = ErrorCode | "USAGE" | "INTERNAL";

export const error = z
  .object({
    code: z.string().describe("Stable: CONFLICT, TASK_FAILED, ...") as z.ZodType<AnyCode>,
    message: z.string().describe("What happened, in one sentence."),
    hint: z.string().optional().describe("What to do, in one sentence."),
    service: z.string().optional(),
    strategy: z.string().optional(),
    field: z.string().optional().describe("Path in the request."),
    subject: z
      .object({ kind: z.string() as z.ZodType<ErrorSubject["kind"]>, name: z.string() })
      .optional()
      .describe("The network, volume, image, secret or config that it is about."),
    location: location.optional().describe("Where it is written in the file."),
    issues: z
      .array(
        z.object({
          message: z.string(),
          code: (z.string() as z.ZodType<AnyCode>)
            .optional()
            .describe("Of this finding, where it is not that of the whole error."),
          field: z.string().optional(),
          location: location.optional(),
          hint: z.string().optional(),
        }),
      )
      .optional()
      .describe("The findings, where there are several."),
    instance: z
      .object({
        id: z.string(),
        node: z.string().optional(),
        exitCode: z.int().optional(),
        error: z.string().optional().describe("The engine's own words."),
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
    registry: z.string().optional().describe("The registry that it is about, where it is about no one service."),
  })
  .meta({ id: "warning" });

const state = wordsOf<ServiceState>({
  pending: "made, and not all of it runs yet",
  running: "all that should run runs, and is healthy",
  completed: "all ended with exit code 0",
  failed: "",
  stopped: "asked not to run",
}).meta({ id: "serviceState" });

export const resourceKind = wordsOf<ResourceKind>({ network: "", volume: "", config: "", secret: "" });

const instance = z.object({
  id: z.string(),
  name: z.string(),
  node: z.string().optional(),
  state,
  engineState: z.string().describe("The engine's own word."),
  health: z.enum(["starting", "healthy", "unhealthy"]).optional(),
  exitCode: z.int().optional(),
  error: z.string().optional(),
  startedAt: dateTime.optional(),
  finishedAt: dateTime.optional(),
  restarts: z.int().min(0),
});

/** A service as it is on the engine. */
export const status = z
  .object({
    name: z.string(),
    ids: z.array(z.string()),
    image: z.string().describe("With its digest where it is pinned to one."),
    state,
    update: z
      .enum(["updating", "paused", "rolling-back", "rollback-paused"])
      .optional()
      .describe("An update that the platform makes by itself and that has not ended."),
    replicas: z.object({ running: z.int().min(0), desired: z.int().min(0) }),
    ports: z.array(
      z.object({
        target: z.int(),
        published: z.int().optional(),
        protocol: z.enum(["tcp", "udp", "sctp"]),
        hostAddress: z.string().optional(),
        mode: z.enum(["ingress", "host"]),
      }),
    ),
    labels: z.record(z.string(), z.string()),
    createdAt: dateTime,
    networks: z
      .array(
        z.object({ id: z.string(), name: z.string().optional().describe("Left out of one that no longer exists.") }),
      )
      .optional()
      .describe("Those that all its instances are attached to, where that is known."),
    instances: z.array(instance).describe("May be left empty in listings."),
    settings: z.looseObject({}).optional().describe("What it was asked to be; values of env are masked."),
    revision: z.string().optional(),
    previous: z.object({ image: z.string(), labels: z.record(z.string(), z.string()) }).optional(),
  })
  .meta({ id: "status", description: "A service as it is on the engine." });

/** What every verdict on an app, a removal and a planned app begin with. */
export const service = { app: z.string().describe("The app's name in the file."), service: z.string() };
