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
import type { CheckedApp } from "./check-project.js";
import type { Plan } from "../model/plan.js";
import { locationOf } from "../model/project.js";
import { resourceId } from "../model/resources.js";

const LISTS = { networks: "network", configs: "config", secrets: "secret" } as const;

type ListField = keyof typeof LISTS;

/**
 * Looks for what would make the deploys of a plan fail, where the strategy can; what the plan itself is about to make is
 * not missed.
 * @throws DeploymentError of the first problem's code, with one issue per problem, each of its own code.
 */
export async function checkPreflight(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps, resources }: Plan,
  checked: readonly CheckedApp[],
  options: PreflightOptions,
): Promise<void> {
  if (!supports(strategy, "preflight")) return;
  const made = new Set(resources.filter(({ action }) => action === "create").map(resourceId));
  const requests = checked.flatMap(({ request }, index) => {
    const action = apps[index]?.action;
    if (action === undefined || action === "unchanged") return [];
    return [{ request: withoutMade(request, made), updates: action !== "create" }];
  });
  const problems = await strategy.preflight(requests, options);
  const [first] = problems;
  if (first === undefined) return;
  const byService = new Map(checked.map((app) => [app.app.service, app]));
  const issues = problems.map((problem) => issueOf(problem, byService.get(problem.service), made));
  const more = problems.length > 1 ? `; and ${problems.length - 1} more` : "";
  throw new DeploymentError(first.code, `${issues[0]?.message}${more}. Nothing was changed.`, {
    issues,
    service: first.service,
    strategy: strategy.manifest.name,
    field: issues[0]?.field,
    hint: first.hint,
  });
}

function withoutMade(request: NormalizedRequest, made: ReadonlySet<string>): NormalizedRequest {
  if (made.size === 0) return request;
  const { networks, configs, secrets } = request;
  return amendRequest(request, {
    networks: networks?.filter((name) => !made.has(resourceId({ kind: "network", name }))),
    configs: configs?.filter(({ name }) => !made.has(resourceId({ kind: "config", name }))),
    secrets: secrets?.filter(({ name }) => !made.has(resourceId({ kind: "secret", name }))),
  });
}

function issueOf(problem: PreflightProblem, checked: CheckedApp | undefined, made: ReadonlySet<string>): ErrorIssue {
  const field = checked && problem.field ? fieldInFile(problem.field, checked.request, made) : problem.field;
  return {
    message: `${checked?.app.key ?? problem.service}: ${problem.message.replace(/\.$/, "")}`,
    code: problem.code,
    ...(field !== undefined && { field }),
    location: checked && locationOf(checked.app, field),
    hint: problem.hint,
  };
}

/** The field as the whole request counts: what is to be made was left out of the list that was looked at. */
function fieldInFile(field: string, request: NormalizedRequest, made: ReadonlySet<string>): string {
  const [, list, index, rest] = /^(networks|configs|secrets)\[(\d+)\](.*)$/.exec(field) ?? [];
  if (list === undefined) return field;
  const kind = LISTS[list as ListField];
  const places = (request[list as ListField] ?? []).flatMap((entry, place) => {
    const name = typeof entry === "string" ? entry : entry.name;
    return made.has(resourceId({ kind, name })) ? [] : [place];
  });
  return `${list}[${places[Number(index)] ?? index}]${rest}`;
}
