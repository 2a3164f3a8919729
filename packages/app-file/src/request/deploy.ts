import type { Deploy } from "../schema/deploy.js";
import { type AppContext, at, compact, type Part, type Parts, renamed } from "./part.js";

const NAMES: Readonly<Record<string, string>> = {
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
      renamed(restartPolicy(policy), [...path, "restart_policy"], NAMES),
    ),
    updateConfig: partOf(deploy.update_config, (config) =>
      renamed(compact({ ...rollout(config), FailureAction: config.failure_action }), [...path, "update_config"], NAMES),
    ),
    rollbackConfig: partOf(deploy.rollback_config, (config) =>
      renamed(
        compact({ ...rollout(config), FailureAction: config.failure_action }),
        [...path, "rollback_config"],
        NAMES,
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
  return renamed(Object.fromEntries(given), [...path, "deploy", "resources"], NAMES);
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
