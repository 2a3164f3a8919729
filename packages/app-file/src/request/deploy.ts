import type { Healthcheck } from "../schema/app-file.js";
import { type Deploy, RESTART_CONDITIONS } from "../schema/deploy.js";
import { compact } from "../schema/scalars.js";
import { type AppContext, field, type RequestField, type RequestFields, renamedField, wholeField } from "./fields.js";

/** Keys in the file of the request's fields. */
export const DEPLOY_KEYS: Readonly<Record<string, string>> = {
  Limits: "limits",
  Reservations: "reservations",
  NanoCPUs: "cpus",
  MemoryBytes: "memory",
  Pids: "pids",
  Condition: "condition",
  Delay: "delay",
  MaxAttempts: "max_attempts",
  Window: "window",
  Parallelism: "parallelism",
  Monitor: "monitor",
  MaxFailureRatio: "max_failure_ratio",
  Order: "order",
  FailureAction: "failure_action",
};

export const HEALTHCHECK_KEYS: Readonly<Record<string, string>> = {
  Test: "test",
  Interval: "interval",
  Timeout: "timeout",
  Retries: "retries",
  StartPeriod: "start_period",
  StartInterval: "start_interval",
};

/** The fields of a request that come from `deploy`. */
export function deployFields(context: AppContext): RequestFields {
  const { deploy } = context.entry;
  if (deploy == null) return {};
  const path = [...context.path, "deploy"];
  const { placement } = deploy;
  return compact({
    mode: modeField(deploy, context),
    resources: resourcesField(deploy, context),
    openFiles: openFilesField(deploy, context),
    constraints: mapDefined(placement?.constraints, (constraints) =>
      field(constraints.map(normalizeConstraint), [...path, "placement", "constraints"]),
    ),
    restart: mapDefined(deploy.restart_policy, (policy) =>
      renamedField(restartPolicy(policy), [...path, "restart_policy"], DEPLOY_KEYS),
    ),
    updateConfig: mapDefined(deploy.update_config, (config) =>
      renamedField(
        compact({ ...rollout(config), FailureAction: config.failure_action }),
        [...path, "update_config"],
        DEPLOY_KEYS,
      ),
    ),
    rollbackConfig: mapDefined(deploy.rollback_config, (config) =>
      renamedField(
        compact({ ...rollout(config), FailureAction: config.failure_action }),
        [...path, "rollback_config"],
        DEPLOY_KEYS,
      ),
    ),
  }) as RequestFields;
}

const mapDefined = <Value, Made>(value: Value | null | undefined, make: (value: Value) => Made): Made | undefined =>
  value == null ? undefined : make(value);

/** `key == value`, with the spaces that OpenFactory uses. A single `=` counts as `==`. */
export function normalizeConstraint(constraint: string): string {
  const equals = constraint.indexOf("=");
  if (equals < 0) return constraint.trim();
  const isNot = constraint[equals - 1] === "!";
  const key = constraint.slice(0, isNot ? equals - 1 : equals).trim();
  const value = constraint.slice(constraint[equals + 1] === "=" && !isNot ? equals + 2 : equals + 1).trim();
  return `${key} ${isNot ? "!=" : "=="} ${value}`;
}

function modeField({ mode, replicas }: Deploy, { path, report }: AppContext): RequestFields["mode"] {
  const here = [...path, "deploy", "replicas"];
  const count = replicas ?? 1;
  switch (mode ?? "replicated") {
    case "replicated":
      return mode == null && replicas == null ? undefined : wholeField({ Replicated: { Replicas: count } }, here);
    case "replicated-job":
      return wholeField({ ReplicatedJob: { MaxConcurrent: count, TotalCompletions: count } }, here);
    default: {
      if (replicas != null) {
        report(
          here,
          `replicas is not allowed with mode: ${mode}, which runs one instance on each node`,
          "Remove replicas.",
        );
      }
      const value = mode === "global" ? { Global: {} } : { GlobalJob: {} };
      return wholeField(value, [...path, "deploy", "mode"]);
    }
  }
}

function resourcesField({ resources }: Deploy, { path }: AppContext): RequestFields["resources"] {
  const { limits, reservations } = resources ?? {};
  const Limits = compact({ NanoCPUs: nanoCpus(limits?.cpus), MemoryBytes: limits?.memory, Pids: limits?.pids });
  const Reservations = compact({ NanoCPUs: nanoCpus(reservations?.cpus), MemoryBytes: reservations?.memory });
  const given = Object.entries({ Limits, Reservations }).filter(([, fields]) => Object.keys(fields).length > 0);
  if (given.length === 0) return undefined;
  return renamedField(Object.fromEntries(given), [...path, "deploy", "resources"], DEPLOY_KEYS);
}

const nanoCpus = (cpus: number | null | undefined) => (cpus == null ? undefined : Math.round(cpus * 1e9));

/** Soft and hard limit are always equal, so a reservation of open files is also a limit. */
function openFilesField({ resources }: Deploy, { path, report }: AppContext): RequestField<number> | undefined {
  const limit = resources?.limits?.open_files;
  const reservation = resources?.reservations?.open_files;
  const base = [...path, "deploy", "resources"];
  const reserved = [...base, "reservations", "open_files"];
  if (limit != null && reservation != null && limit !== reservation) {
    report(
      reserved,
      "differs from limits.open_files, but there is only one limit",
      "Set open_files only under limits.",
    );
  }
  if (limit != null) return field(limit, [...base, "limits", "open_files"]);
  return reservation == null ? undefined : field(reservation, reserved);
}

const restartPolicy = (policy: NonNullable<Deploy["restart_policy"]>) =>
  compact({
    Condition: policy.condition,
    Delay: policy.delay,
    MaxAttempts: policy.max_attempts,
    Window: policy.window,
  });

type Rollout = Omit<NonNullable<Deploy["update_config"]>, "failure_action">;

const rollout = (config: Rollout) => ({
  Parallelism: config.parallelism,
  Delay: config.delay,
  Monitor: config.monitor,
  MaxFailureRatio: config.max_failure_ratio,
  Order: config.order,
});

export function healthcheckField({ entry: { healthcheck }, path }: AppContext): RequestFields["healthcheck"] {
  if (healthcheck == null) return undefined;
  return renamedField(healthcheckValue(healthcheck), [...path, "healthcheck"], HEALTHCHECK_KEYS);
}

const healthcheckValue = (check: Healthcheck) =>
  check.disable === true
    ? { Test: ["NONE"] }
    : {
        Test: check.test ?? [],
        ...compact({
          Interval: check.interval,
          Timeout: check.timeout,
          Retries: check.retries,
          StartPeriod: check.start_period,
          StartInterval: check.start_interval,
        }),
      };

/** Compose's `restart`, an alternative to `deploy.restart_policy`. */
export function restartField({ entry: { restart, deploy }, path, report }: AppContext): RequestFields["restart"] {
  if (restart == null) return undefined;
  const here = [...path, "restart"];
  if (deploy?.restart_policy != null) {
    report(here, "conflicts with deploy.restart_policy", "Keep either restart or deploy.restart_policy.");
  }
  const [condition = "", attempts] = restart.split(":");
  const MaxAttempts = attempts === undefined ? undefined : Number(attempts);
  return wholeField(compact({ Condition: RESTART_CONDITIONS.get(condition), MaxAttempts }), here);
}
