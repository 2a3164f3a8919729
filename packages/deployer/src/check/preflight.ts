import {
  amendRequest,
  DeploymentError,
  type ErrorIssue,
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type PreflightOptions,
  type PreflightProblem,
  supports,
} from "@openfactory/deploy-core";
import type { Plan } from "../model/plan.js";
import { locationOf } from "../model/project.js";
import { resourceId } from "../model/resources.js";
import type { CheckedApp } from "./check-project.js";

const LISTS = { networks: "network", configs: "config", secrets: "secret" } as const;

type ListField = keyof typeof LISTS;

/**
 * Checks the engine for problems that would make the deploys of a plan fail, where the strategy can. Resources that the
 * plan creates count as present.
 * @throws DeploymentError of the first problem's code, with one issue per problem, each of its own code.
 */
export async function checkPreflight(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps, resources }: Plan,
  checked: readonly CheckedApp[],
  options: PreflightOptions,
): Promise<void> {
  if (!supports(strategy, "preflight")) return;
  const planned = new Set(resources.filter(({ action }) => action === "create").map(resourceId));
  const requests = checked.flatMap(({ request }, index) => {
    const action = apps[index]?.action;
    if (action === undefined || action === "unchanged") return [];
    return [{ request: withoutPlanned(request, planned), updates: action !== "create" }];
  });
  const problems = await strategy.preflight(requests, options);
  const [first] = problems;
  if (first === undefined) return;
  const byService = new Map(checked.map((app) => [app.app.service, app]));
  const issues = problems.map((problem) => issueOf(problem, byService.get(problem.service), planned));
  const more = problems.length > 1 ? `; and ${problems.length - 1} more` : "";
  throw new DeploymentError(first.code, `${issues[0]?.message}${more}. Nothing was changed.`, {
    issues,
    service: first.service,
    strategy: strategy.manifest.name,
    field: issues[0]?.field,
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

function issueOf(problem: PreflightProblem, checked: CheckedApp | undefined, planned: ReadonlySet<string>): ErrorIssue {
  const field = checked && problem.field ? fieldInFile(problem.field, checked.request, planned) : problem.field;
  return {
    message: `${checked?.app.key ?? problem.service}: ${problem.message.replace(/\.$/, "")}`,
    code: problem.code,
    ...(field !== undefined && { field }),
    location: checked && locationOf(checked.app, field),
    hint: problem.hint,
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
