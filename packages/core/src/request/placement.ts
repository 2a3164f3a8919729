import { z } from "zod";
import { deferred } from "./lazy-schemas.js";

const count = (name: string) => z.number().int(`${name} must be a whole number`).min(0, `${name} must be at least 0`);

const uniqueNames = (kind: string) =>
  z.array(z.string().regex(/\S/, `the name of a ${kind} must not be empty`)).superRefine((names, context) => {
    const seen = new Set<string>();
    names.forEach((name, index) => {
      if (seen.has(name))
        context.addIssue({ code: "custom", path: [index], message: `${kind} ${name} is listed twice` });
      seen.add(name);
    });
  });

/** Networks that a container can't join together with others. */
const EXCLUSIVE_NETWORKS = ["host", "none"];

export const networksSchema = deferred(() =>
  uniqueNames("network").superRefine((names, context) => {
    if (names.length < 2) return;
    names.forEach((name, index) => {
      if (!EXCLUSIVE_NETWORKS.includes(name)) return;
      context.addIssue({
        code: "custom",
        path: [index],
        message: `the network ${name} can't be combined with other networks`,
      });
    });
  }),
);

/** Host names that a platform's name resolution accepts: labels of letters, digits, `-` and `_`, between dots. */
const ALIAS = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i;

export const networkAliasesSchema = deferred(() =>
  uniqueNames("network alias").superRefine((names, context) => {
    names.forEach((name, index) => {
      if (ALIAS.test(name)) return;
      const message = "a network alias must be a host name of letters, digits, -, _ and .";
      context.addIssue({ code: "custom", path: [index], message });
    });
  }),
);

/** The parts of a placement constraint, without the spaces around them. */
export interface Constraint {
  /** E.g. `node.role`, `node.labels.line`. */
  key: string;
  operator: "==" | "!=";
  value: string;
}

/** Splits `key==value` or `key!=value` at its first operator: the value may contain more. Undefined without an operator. */
export function parseConstraint(constraint: string): Constraint | undefined {
  const [at] = ["==", "!="]
    .map((each) => constraint.indexOf(each))
    .filter((index) => index >= 0)
    .sort((a, b) => a - b);
  if (at === undefined) return undefined;
  return {
    key: constraint.slice(0, at).trim(),
    operator: constraint.slice(at, at + 2) as Constraint["operator"],
    value: constraint.slice(at + 2).trim(),
  };
}

/** Source: swarmkit, manager/constraint. */
const constraintSchema = () =>
  z.string().superRefine((constraint, context) => {
    const { key = "", value = "" } = parseConstraint(constraint) ?? {};
    const refuse = (message: string): void => context.addIssue({ code: "custom", message });
    if (!/^[a-z_][\w.-]+$/i.test(key) || value === "") {
      refuse("expected a constraint, such as node.role == worker");
    } else if (!/^[a-z0-9:\-_ \t\n\f\r.*()?+[\]\\^$|/]+$/i.test(value)) {
      refuse("a constraint's value must consist of letters, digits, spaces and : - _ . * ( ) ? + [ ] \\ ^ $ | /");
    }
  });

export const constraintsSchema = deferred(() => z.array(constraintSchema()));

/** Docker's service mode: exactly one key (Engine API, ServiceSpec.Mode). */
export const modeSchema = deferred(() =>
  z.union(
    [
      z.strictObject({ Replicated: z.strictObject({ Replicas: count("Replicas").default(1) }) }),
      z.strictObject({ Global: z.strictObject({}) }),
      z.strictObject({
        ReplicatedJob: z.strictObject({
          MaxConcurrent: count("MaxConcurrent").optional(),
          TotalCompletions: count("TotalCompletions").optional(),
        }),
      }),
      z.strictObject({ GlobalJob: z.strictObject({}) }),
    ],
    "expected one of {Replicated: {Replicas}}, {Global: {}}, {ReplicatedJob: {...}}, {GlobalJob: {}}",
  ),
);

export type ServiceMode = z.output<typeof modeSchema>;

const amount = (name: string) =>
  z.number().int(`${name} must be a whole number`).positive(`${name} must be greater than 0`);

const MEBIBYTE = 1024 ** 2;

/** The minimum of a container (moby, linuxMinMemory). A swarm accepts less, but then its nodes reject the task. */
const MIN_MEMORY_LIMIT = 6 * MEBIBYTE;
/** The minimum of a swarm (swarmkit, validateResources). */
const MIN_MEMORY_RESERVATION = 4 * MEBIBYTE;
/** The kernel's minimum CFS quota is 1 ms, and Docker's period is 100 ms. Below 10 µs an engine sets no limit. */
const MIN_CPU_LIMIT = 10_000_000;
/** The minimum of a swarm (swarmkit, validateResources). */
const MIN_CPU_RESERVATION = 1_000_000;

const memory = (min: number, kind: string) =>
  amount("MemoryBytes")
    .min(min, `a memory ${kind} must be at least ${min / MEBIBYTE} MiB (${min} bytes)`)
    .optional();
const cpus = (min: number, kind: string) =>
  amount("NanoCPUs")
    .min(min, `a CPU ${kind} must be at least ${min / 1e9} CPUs (${min} NanoCPUs)`)
    .optional();

/** Docker's resource requirements (Engine API, TaskSpec.Resources): 10⁹ NanoCPUs are one CPU. */
export const resourcesSchema = deferred(() =>
  z
    .strictObject({
      Limits: z
        .strictObject({
          NanoCPUs: cpus(MIN_CPU_LIMIT, "limit"),
          MemoryBytes: memory(MIN_MEMORY_LIMIT, "limit"),
          Pids: amount("Pids").optional(),
        })
        .optional(),
      Reservations: z
        .strictObject({
          NanoCPUs: cpus(MIN_CPU_RESERVATION, "reservation"),
          MemoryBytes: memory(MIN_MEMORY_RESERVATION, "reservation"),
        })
        .optional(),
    })
    .superRefine(({ Limits, Reservations }, context) => {
      for (const key of ["NanoCPUs", "MemoryBytes"] as const) {
        const limit = Limits?.[key];
        const reservation = Reservations?.[key];
        if (limit !== undefined && reservation !== undefined && reservation > limit) {
          context.addIssue({ code: "custom", path: ["Reservations", key], message: "must not be more than the limit" });
        }
      }
    }),
);

export type Resources = z.output<typeof resourcesSchema>;

export const openFilesSchema = deferred(() =>
  amount("openFiles").max(2 ** 31 - 1, "openFiles must be at most 2147483647"),
);
