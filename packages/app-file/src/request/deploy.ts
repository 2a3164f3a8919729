import type { Healthcheck } from "../schema/app-file.js";
import type { Deploy } from "../schema/deploy.js";
import { compact } from "../schema/scalars.js";
import { type AppContext, at, type Part, type Parts, renamed } from "./fields.js";

const DEPLOY_KEYS: Readonly<Record<string, string>> = {
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

/** The parts of a request that come from `deploy`. What is not written is not asked for. */
export function deployParts(context: AppContext): Parts {
  const { deploy } = context.entry;
  if (deploy == null) return {};
  const path = [...context.path, "deploy"];
  const { placement } = deploy;
  return compact({
    mode: modePart(deploy, context),
    resources: resourcesPart(deploy, context),
    openFiles: openFilesPart(deploy, context),
    constraints: partOf(placement?.constraints, (constraints) =>
      at(constraints.map(withDoubleEquals), [...path, "placement", "constraints"]),
    ),
    restart: partOf(deploy.restart_policy, (policy) =>
      renamed(restartPolicy(policy), [...path, "restart_policy"], DEPLOY_KEYS),
    ),
    updateConfig: partOf(deploy.update_config, (config) =>
      renamed(
        compact({ ...rollout(config), FailureAction: config.failure_action }),
        [...path, "update_config"],
        DEPLOY_KEYS,
      ),
    ),
    rollbackConfig: partOf(deploy.rollback_config, (config) =>
      renamed(
        compact({ ...rollout(config), FailureAction: config.failure_action }),
        [...path, "rollback_config"],
        DEPLOY_KEYS,
      ),
    ),
  }) as Parts;
}

const partOf = <Value, Made>(value: Value | null | undefined, make: (value: Value) => Made): Made | undefined =>
  value == null ? undefined : make(value);

/** `key == value`, spaced as OpenFactory spaces it. OpenFactory's users write `=` for `==`, too. */
export const withDoubleEquals = (constraint: string): string =>
  constraint.trim().replace(/\s*([=!]=|=)\s*/, (_, operator: string) => (operator === "!=" ? " != " : " == "));

function modePart({ mode, replicas }: Deploy, { path, tell }: AppContext): Parts["mode"] {
  const here = [...path, "deploy", "replicas"];
  const count = replicas ?? 1;
  switch (mode ?? "replicated") {
    case "replicated":
      return mode == null && replicas == null ? undefined : at({ Replicated: { Replicas: count } }, here);
    case "replicated-job":
      return at({ ReplicatedJob: { MaxConcurrent: count, TotalCompletions: count } }, here);
    default: {
      if (replicas != null) {
        tell(here, `replicas don't go with the mode ${mode}, which runs one on each node`, "Leave replicas out.");
      }
      const value = mode === "global" ? { Global: {} } : { GlobalJob: {} };
      return at(value, [...path, "deploy", "mode"]);
    }
  }
}

function resourcesPart({ resources }: Deploy, { path }: AppContext): Parts["resources"] {
  const { limits, reservations } = resources ?? {};
  const Limits = compact({ NanoCPUs: nano(limits?.cpus), MemoryBytes: limits?.memory, Pids: limits?.pids });
  const Reservations = compact({ NanoCPUs: nano(reservations?.cpus), MemoryBytes: reservations?.memory });
  const given = Object.entries({ Limits, Reservations }).filter(([, fields]) => Object.keys(fields).length > 0);
  if (given.length === 0) return undefined;
  return renamed(Object.fromEntries(given), [...path, "deploy", "resources"], DEPLOY_KEYS);
}

const nano = (cpus: number | null | undefined) => (cpus == null ? undefined : Math.round(cpus * 1e9));

/** The soft and the hard limit are one, so that a reservation of open files is a limit, too. */
function openFilesPart({ resources }: Deploy, { path, tell }: AppContext): Part<number> | undefined {
  const limit = resources?.limits?.open_files;
  const reservation = resources?.reservations?.open_files;
  const base = [...path, "deploy", "resources"];
  const reserved = [...base, "reservations", "open_files"];
  if (limit != null && reservation != null && limit !== reservation) {
    tell(reserved, "it differs from limits.open_files, and there is one limit only", "Keep the one under limits.");
  }
  if (limit != null) return at(limit, [...base, "limits", "open_files"]);
  return reservation == null ? undefined : at(reservation, reserved);
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

const HEALTHCHECK_KEYS: Readonly<Record<string, string>> = {
  Test: "test",
  Interval: "interval",
  Timeout: "timeout",
  Retries: "retries",
  StartPeriod: "start_period",
  StartInterval: "start_interval",
};

export function healthcheckPart({ entry: { healthcheck }, path }: AppContext): Parts["healthcheck"] {
  if (healthcheck == null) return undefined;
  return renamed(healthcheckValue(healthcheck), [...path, "healthcheck"], HEALTHCHECK_KEYS);
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

const CONDITIONS: Readonly<Record<string, "none" | "any" | "on-failure">> = {
  no: "none",
  always: "any",
  "unless-stopped": "any",
  "on-failure": "on-failure",
};

/** Compose's `restart`, where it is written; it says what `deploy.restart_policy` says. */
export function restartPart({ entry: { restart, deploy }, path, tell }: AppContext): Parts["restart"] {
  if (restart == null) return undefined;
  const here = [...path, "restart"];
  if (deploy?.restart_policy != null) {
    tell(here, "deploy.restart_policy says when the app is started again, too", "Keep one of them.");
  }
  const [condition = "", attempts] = restart.split(":");
  const MaxAttempts = attempts === undefined ? undefined : Number(attempts);
  return at(compact({ Condition: CONDITIONS[condition], MaxAttempts }), here);
}
