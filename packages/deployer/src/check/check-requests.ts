import {
  amendRequest,
  checkSupport,
  DeploymentError,
  type DeploymentWarning,
  type ErrorIssue,
  type NetworkOptions,
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  parseRequest,
} from "@openfactory/deploy-core";
import { OWNERSHIP_LABELS } from "../model/labels.js";
import { type DesiredApp, locationOf } from "../model/project.js";

/** An app whose request is valid, with a warning for each part that the strategy does not support. The request is parsed once in a run. */
export interface CheckedApp {
  readonly app: DesiredApp;
  readonly request: NormalizedRequest;
  readonly warnings: readonly DeploymentWarning[];
}

/**
 * Parses the requests of all apps, and checks everything about them that needs no engine.
 * @param options.networks the networks that the project declares, by name. Default: none.
 * @returns one result for each app, in order.
 * @throws DeploymentError `INVALID_REQUEST`, or else `UNSUPPORTED` (in strict mode, and for fields that can't be omitted),
 * with one issue per finding in all apps.
 */
export function parseRequests(
  apps: readonly DesiredApp[],
  strategy: OpenFactoryServiceDeploymentStrategy,
  options: { strict?: boolean; networks?: ReadonlyMap<string, NetworkOptions> } = {},
): CheckedApp[] {
  const checked: CheckedApp[] = [];
  const errors: DeploymentError[] = [];
  const issues: ErrorIssue[] = [];
  for (const app of apps) {
    try {
      assertNoReservedLabels(app);
      const request = requestFor(app, strategy);
      checked.push({ app, request, warnings: checkSupport(request, strategy.manifest, options) });
    } catch (error) {
      if (!DeploymentError.isInstance(error)) throw error;
      errors.push(error);
      issues.push(...issuesOf(error, app));
    }
  }
  const first = errors.find(({ code }) => code === "INVALID_REQUEST") ?? errors[0];
  if (first === undefined) return checked;
  if (errors.length === 1) throw withIssues(first, first.message, issues);
  const more = `${first.message.replace(/\.$/, "")}. ${errors.length} apps have errors.`;
  throw withIssues(first, more, issues);
}

/**
 * The request as the strategy receives it: without the defaults that the strategy does not support.
 * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`.
 */
export function requestFor(app: DesiredApp, { manifest }: OpenFactoryServiceDeploymentStrategy): NormalizedRequest {
  const request = parseRequest(app.request, { strategy: manifest.name });
  if (app.defaults === undefined) return request;
  const ignored = new Set(checkSupport(request, manifest).map(({ field }) => field));
  return app.defaults.filter((path) => ignored.has(path)).reduce(withoutPart, request);
}

function withoutPart(request: NormalizedRequest, path: string): NormalizedRequest {
  const [field = "", ...steps] = path.split(".");
  const last = steps.pop();
  if (last === undefined) return amendRequest(request, { [field]: undefined });
  const value = structuredClone(request[field as keyof NormalizedRequest]) as Record<string, unknown>;
  const parent = steps.reduce(
    (at, step) => at?.[step] as Record<string, unknown> | undefined,
    value as Record<string, unknown> | undefined,
  );
  if (parent !== undefined) delete parent[last];
  return amendRequest(request, { [field]: value });
}

function issuesOf(error: DeploymentError, app: DesiredApp): ErrorIssue[] {
  const issues = new Map<string, ErrorIssue>();
  for (const { message, field, ...issue } of error.issues) {
    const location = issue.location ?? locationOf(app, field);
    // A range of ports is one entry of the file and many ports of the request.
    const where = field ? `${field}${variableName(field, app)}: ` : "";
    const key = JSON.stringify([location ?? field, where.replaceAll(/\[\d+\]/g, "[]"), message]);
    if (issues.has(key)) continue;
    issues.set(key, {
      ...issue,
      ...(field !== undefined && { field }),
      code: issue.code ?? error.code,
      message: `${app.key}: ${where}${message}`,
      location,
    });
  }
  return [...issues.values()];
}

/** The name of a variable, which is clearer than its index: ` (MODE)` for `env[3]`. */
function variableName(field: string, { request }: DesiredApp): string {
  const index = /^env\[(\d+)\]$/.exec(field)?.[1];
  const entry = index === undefined ? undefined : request.env?.[Number(index)];
  return entry === undefined ? "" : ` (${entry.split("=", 1)[0]})`;
}

const withIssues = (error: DeploymentError, message: string, issues: ErrorIssue[]): DeploymentError =>
  new DeploymentError(error.code, message, { ...error, issues, cause: error.cause });

function assertNoReservedLabels({ service, request }: DesiredApp): void {
  const reserved = Object.keys(request.labels ?? {}).filter((label) => OWNERSHIP_LABELS.includes(label));
  if (reserved.length === 0) return;
  throw new DeploymentError(
    "INVALID_REQUEST",
    `The label ${reserved[0]} of service ${service} is reserved for ofdeploy.`,
    {
      service,
      field: "labels",
      issues: reserved.map((label) => ({ field: "labels", message: `${label} is reserved for ofdeploy` })),
      hint: "Remove the label.",
    },
  );
}
