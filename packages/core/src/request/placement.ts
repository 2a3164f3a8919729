import { z } from "zod";

const count = (what: string) => z.number().int(`${what} is a whole number`).min(0, `${what} is at least 0`);

const uniqueNames = (what: string) =>
  z.array(z.string().regex(/\S/, `a ${what} has a name`)).superRefine((names, context) => {
    const seen = new Set<string>();
    names.forEach((name, index) => {
      if (seen.has(name))
        context.addIssue({ code: "custom", path: [index], message: `${what} ${name} is named twice` });
      seen.add(name);
    });
  });

/** Networks of which an engine joins no other beside them. */
const ALONE = ["host", "none"];

export const networksSchema = uniqueNames("network").superRefine((names, context) => {
  if (names.length < 2) return;
  names.forEach((name, index) => {
    if (!ALONE.includes(name)) return;
    context.addIssue({
      code: "custom",
      path: [index],
      message: `the network ${name} can't be joined beside other networks`,
    });
  });
});

/** `key==value` or `key!=value`, spaces around the operator allowed (swarmkit, manager/constraint). */
const constraintSchema = z
  .string()
  .regex(/^\s*[a-z_][\w.-]+\s*(?:==|!=)\s*[^\s].*$/is, {
    abort: true,
    message: "expected a constraint, such as node.role == worker",
  })
  .refine(
    (constraint) => /^(?:==|!=)\s*[a-z0-9:\-_ \t\n\f\r.*()?+[\]\\^$|/]+$/i.test(constraint.replace(/^[^=!]*/, "")),
    "a constraint's value is made of letters, digits, spaces and : - _ . * ( ) ? + [ ] \\ ^ $ | /",
  );

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

const MEBIBYTE = 1024 ** 2;

/** The least memory limit of a container (moby, linuxMinMemory); a swarm takes less, and its nodes reject the task. */
const LEAST_MEMORY_LIMIT = 6 * MEBIBYTE;
/** The least memory that a swarm reserves (swarmkit, validateResources). */
const LEAST_MEMORY_RESERVATION = 4 * MEBIBYTE;
/** The kernel's least CFS quota is 1 ms in Docker's period of 100 ms. Below 10 µs an engine sets no limit at all. */
const LEAST_CPU_LIMIT = 10_000_000;
/** The least CPU share that a swarm reserves (swarmkit, validateResources). */
const LEAST_CPU_RESERVATION = 1_000_000;

const memory = (least: number, what: string) =>
  amount("MemoryBytes")
    .min(least, `a memory ${what} is at least ${least / MEBIBYTE} MiB (${least} bytes)`)
    .optional();
const cpus = (least: number, what: string) =>
  amount("NanoCPUs")
    .min(least, `a CPU ${what} is at least ${least / 1e9} CPUs (${least} NanoCPUs)`)
    .optional();

/** Docker's resource requirements (Engine API, TaskSpec.Resources): 10⁹ NanoCPUs are one CPU. */
export const resourcesSchema = z
  .strictObject({
    Limits: z
      .strictObject({
        NanoCPUs: cpus(LEAST_CPU_LIMIT, "limit"),
        MemoryBytes: memory(LEAST_MEMORY_LIMIT, "limit"),
        Pids: amount("Pids").optional(),
      })
      .optional(),
    Reservations: z
      .strictObject({
        NanoCPUs: cpus(LEAST_CPU_RESERVATION, "reservation"),
        MemoryBytes: memory(LEAST_MEMORY_RESERVATION, "reservation"),
      })
      .optional(),
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
