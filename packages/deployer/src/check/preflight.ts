import {
  amendRequest,
  DeploymentError,
  type ErrorIssue,
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  parseFieldPath,
  type PreflightOptions,
  type PreflightProblem,
  supports,
} from "@openfactory/deploy-core";
import type { Plan, PlanFinding } from "../model/plan.js";
import { sourceOf } from "../model/project.js";
import { resourceId } from "../model/resources.js";
import type { CheckedApp } from "./check-requests.js";

const LISTS = { networks: "network", configs: "config", secrets: "secret" } as const;

type ListField = keyof typeof LISTS;

/**
 * Checks the engine for problems that would make the deploys of a plan fail, where the strategy can. Resources that the
 * plan creates count as present.
 * @returns undefined if the strategy can't check.
 */
export async function findProblems(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps, resources }: Pick<Plan, "apps" | "resources">,
  checked: readonly CheckedApp[],
  options: PreflightOptions,
): Promise<PlanFinding[] | undefined> {
  if (!supports(strategy, "preflight")) return undefined;
  const planned = new Set(resources.filter(({ action }) => action === "create").map(resourceId));
  const requests = checked.flatMap(({ request }, index) => {
    const action = apps[index]?.action;
    if (action === undefined || action === "unchanged" || action === "conflict") return [];
    return [{ request: withoutPlanned(request, planned), updates: action !== "create" }];
  });
  if (requests.length === 0) return [];
  const problems = await strategy.preflight(requests, options);
  const byService = new Map(checked.map((app) => [app.app.service, app]));
  return problems.map((problem) => findingOf(problem, byService.get(problem.service), planned));
}

/**
 * Ends a run whose deploys would fail: see {@link findProblems}.
 * @throws DeploymentError of the first problem's code, with one issue per problem, which has the problem's code.
 */
export async function checkPreflight(
  strategy: OpenFactoryServiceDeploymentStrategy,
  plan: Plan,
  checked: readonly CheckedApp[],
  options: PreflightOptions,
): Promise<void> {
  const findings = (await findProblems(strategy, plan, checked, options)) ?? [];
  const [first] = findings;
  if (first === undefined) return;
  const issues = findings.map(({ app, message, code, field, location, hint }): ErrorIssue => ({
    message: `${app}: ${message}`,
    code,
    ...(field !== undefined && { field }),
    location,
    hint,
  }));
  const more = findings.length > 1 ? `; and ${findings.length - 1} more` : "";
  throw new DeploymentError(first.code, `${issues[0]?.message}${more}. Nothing was changed.`, {
    issues,
    service: first.service,
    strategy: strategy.manifest.name,
    field: first.field,
    hint: first.hint,
  });
}

function withoutPlanned(request: NormalizedRequest, planned: ReadonlySet<string>): NormalizedRequest {
  if (planned.size === 0) return request;
  const { networks, configs, secrets } = request;
  return amendRequest(request, {
    networks: networks?.filter((name) => !planned.has(resourceId({ kind: "network", name }))),
    configs: configs?.filter(({ name }) => !planned.has(resourceId({ kind: "config", name }))),
    secrets: secrets?.filter(({ name }) => !planned.has(resourceId({ kind: "secret", name }))),
  });
}

function findingOf(
  { code, service, message, hint, field: checkedField }: PreflightProblem,
  checked: CheckedApp | undefined,
  planned: ReadonlySet<string>,
): PlanFinding {
  const field = checked && checkedField ? fieldInFile(checkedField, checked.request, planned) : checkedField;
  const { key, location = checked?.app.location } =
    checked && field !== undefined ? sourceOf(checked.app, parseFieldPath(field)) : {};
  return {
    app: checked?.app.key ?? service,
    service,
    code,
    message: message.replace(/\.$/, ""),
    hint,
    ...(field !== undefined && { field }),
    ...(key !== undefined && { key }),
    ...(location && { location }),
  };
}

/** Translates an index of the checked request, which omits planned resources, to the index in the whole request. */
function fieldInFile(field: string, request: NormalizedRequest, planned: ReadonlySet<string>): string {
  const [, list, index, rest] = /^(networks|configs|secrets)\[(\d+)\](.*)$/.exec(field) ?? [];
  if (list === undefined) return field;
  const kind = LISTS[list as ListField];
  const indexes = (request[list as ListField] ?? []).flatMap((entry, position) => {
    const name = typeof entry === "string" ? entry : entry.name;
    return planned.has(resourceId({ kind, name })) ? [] : [position];
  });
  return `${list}[${indexes[Number(index)] ?? index}]${rest}`;
}
