import type { ErrorCode } from "@openfactory/deploy-core";
import type { AppAction, Plan, PlannedResource } from "@openfactory/deployer";
import { conflictsOf, problemsOf } from "./plan-summary.js";

type Labels = Readonly<Record<string, string>>;

interface Metric {
  name: string;
  help: string;
  samples: readonly (readonly [labels: Labels, value: number])[];
}

const APP_ACTIONS: readonly AppAction[] = ["create", "update", "replace", "unchanged", "adopt", "conflict"];
const RESOURCE_ACTIONS: readonly PlannedResource["action"][] = ["create", "unchanged", "remove", "keep", "conflict"];

/**
 * A plan in the text format of Prometheus, for the textfile collector of node_exporter. Contains names and numbers only, no
 * values of settings. All gauges of a count have all of their values, so that an alert can compare them with 0.
 */
export function planMetrics(plan: Plan, now: Date): string {
  const { project, platform, apps, orphans, resources } = plan;
  const base = { project, platform };
  const pending = [...apps, ...orphans, ...resources].filter(
    ({ action }) => action !== "unchanged" && action !== "keep" && action !== "conflict",
  );
  const problems = Map.groupBy([...conflictsOf(plan), ...problemsOf(plan)], ({ code }) => code);
  const count = (all: readonly { action: string }[], action: string): number =>
    all.filter((each) => each.action === action).length;
  return format([
    ...outcome(base, true, now),
    {
      name: "ofdeploy_plan_changes",
      help: "Services and resources that ofdeploy up would change.",
      samples: [[base, pending.length]],
    },
    {
      name: "ofdeploy_plan_apps",
      help: "Apps of the files, by the action of ofdeploy up.",
      samples: APP_ACTIONS.map((action) => [{ ...base, action }, count(apps, action)]),
    },
    {
      name: "ofdeploy_app_drift",
      help: "1 if the deployed service differs from the file or does not exist, else 0.",
      samples: apps.map(({ app, service, action }) => [
        { ...base, app, service, action },
        action === "unchanged" ? 0 : 1,
      ]),
    },
    {
      name: "ofdeploy_app_changed_manually",
      help: "1 if the service was changed manually since its last deploy, else 0.",
      samples: apps.map(({ app, service, drifted }) => [{ ...base, app, service }, drifted ? 1 : 0]),
    },
    {
      name: "ofdeploy_plan_orphans",
      help: "Services of the project that are not in the files.",
      samples: [[base, orphans.length]],
    },
    {
      name: "ofdeploy_plan_resources",
      help: "Networks, volumes, configs and secrets of the project, by the action of ofdeploy up.",
      samples: RESOURCE_ACTIONS.map((action) => [{ ...base, action }, count(resources, action)]),
    },
    {
      name: "ofdeploy_plan_findings",
      help: "Conflicts and problems on the engine with which ofdeploy up would fail, by error code. No sample: none.",
      samples: [...problems].map(([code, all]) => [{ ...base, code }, all.length]),
    },
  ]);
}

/** The metrics of a plan that failed. The project and the platform are empty where they are unknown. */
export const failedPlanMetrics = (
  { project = "", platform = "" }: { project?: string | undefined; platform?: string | undefined },
  code: ErrorCode | "INTERNAL" | "USAGE",
  now: Date,
): string =>
  format([
    ...outcome({ project, platform }, false, now),
    {
      name: "ofdeploy_plan_failure",
      help: "1 for the code of the error with which the plan failed.",
      samples: [[{ project, platform, code }, 1]],
    },
  ]);

const outcome = (base: Labels, isSuccess: boolean, now: Date): Metric[] => [
  {
    name: "ofdeploy_plan_success",
    help: "1 if the last plan was made, 0 if it failed. The other metrics of a failed plan are missing.",
    samples: [[base, isSuccess ? 1 : 0]],
  },
  {
    name: "ofdeploy_plan_timestamp_seconds",
    help: "Time of the last plan, successful or not, in seconds since 1970.",
    samples: [[base, Math.floor(now.getTime() / 1000)]],
  },
];

const format = (metrics: readonly Metric[]): string =>
  metrics
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join("");

const labelText = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(
      ([name, value]) => `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
    )
    .join(",")}}`;
