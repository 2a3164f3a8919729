import { z } from "zod";

const count = (what: string) => z.number().int(`${what} is a whole number`).min(0, `${what} is at least 0`);

const uniqueNames = (what: string) =>
  z.array(z.string().min(1, `a ${what} has a name`)).superRefine((names, context) => {
    const seen = new Set<string>();
    names.forEach((name, index) => {
      if (seen.has(name)) context.addIssue({ code: "custom", path: [index], message: `${what} ${name} is named twice` });
      seen.add(name);
    });
  });

export const networksSchema = uniqueNames("network");

/** `key==value` or `key!=value`, spaces round the operator allowed. */
const constraintSchema = z
  .string()
  .regex(/^\s*[a-zA-Z_][\w.-]+\s*(?:==|!=)\s*\S.*$/, "expected a constraint, such as node.role == worker");

export const constraintsSchema = z.array(constraintSchema);

const once = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape);

/** Docker's service mode: exactly one key (Engine API, ServiceSpec.Mode). */
export const modeSchema = z.union(
  [
    once({ Replicated: once({ Replicas: count("Replicas").default(1) }) }),
    once({ Global: once({}) }),
    once({
      ReplicatedJob: once({
        MaxConcurrent: count("MaxConcurrent").optional(),
        TotalCompletions: count("TotalCompletions").optional(),
      }),
    }),
    once({ GlobalJob: once({}) }),
  ],
  "expected one of {Replicated: {Replicas}}, {Global: {}}, {ReplicatedJob: {...}}, {GlobalJob: {}}",
);

export type ServiceMode = z.output<typeof modeSchema>;

const amount = (what: string) => z.number().int(`${what} is a whole number`).positive(`${what} is more than 0`);

const quantities = { NanoCPUs: amount("NanoCPUs").optional(), MemoryBytes: amount("MemoryBytes").optional() };

/** Docker's resource requirements (Engine API, TaskSpec.Resources): 10⁹ NanoCPUs are one CPU. */
export const resourcesSchema = z
  .strictObject({
    Limits: z.strictObject({ ...quantities, Pids: amount("Pids").optional() }).optional(),
    Reservations: z.strictObject(quantities).optional(),
  })
  .superRefine(({ Limits, Reservations }, context) => {
    for (const key of ["NanoCPUs", "MemoryBytes"] as const) {
      const limit = Limits?.[key];
      const reservation = Reservations?.[key];
      if (limit !== undefined && reservation !== undefined && reservation > limit) {
        context.addIssue({ code: "custom", path: ["Reservations", key], message: "is more than the limit" });
      }
    }
  });

export type Resources = z.output<typeof resourcesSchema>;

export const openFilesSchema = amount("openFiles").max(2 ** 31 - 1, "openFiles is at most 2147483647");
