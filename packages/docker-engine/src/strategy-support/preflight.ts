import {
  DeploymentError,
  type ErrorIssue,
  type NormalizedRequest,
  type PreflightProblem,
  type PreflightRequest,
  volumeDifference,
  type VolumeDriver,
} from "@openfactory/deploy-core";
import type { VolumeDetails } from "../engine-types.js";
import { withoutPeriod } from "../errors/engine-error.js";

/** A valid request to check, for a new service or for an update of an existing one. */
export interface CheckedRequest {
  readonly request: NormalizedRequest;
  readonly updates: boolean;
}

/** A problem of one request. */
export type Problem = Omit<PreflightProblem, "service">;

export interface CheckedRequests<Checked extends CheckedRequest> {
  /** The valid requests, in their order. */
  readonly valid: readonly Checked[];
  /** All problems in the order of the requests. @param problemsOf returns the problems of a valid request. */
  collectProblems(problemsOf: (checked: Checked) => readonly Problem[]): PreflightProblem[];
}

/** Checks requests without the engine's state. Each issue of an error that `check` throws is a problem of its request. */
export function checkRequests<Checked extends CheckedRequest>(
  requests: readonly PreflightRequest[],
  check: (request: PreflightRequest) => Checked,
): CheckedRequests<Checked> {
  const results = requests.map((request) => checkOne(request, check));
  return {
    valid: results.flatMap((result) => ("request" in result ? [result] : [])),
    collectProblems: (problemsOf) =>
      results.flatMap((result) => {
        const [service, problems] =
          "request" in result ? [result.request.name, problemsOf(result)] : [result.service, result.problems];
        return problems.map((problem) => ({ service, ...problem }));
      }),
  };
}

function checkOne<Checked extends CheckedRequest>(
  request: PreflightRequest,
  check: (request: PreflightRequest) => Checked,
): Checked | { service: string; problems: Problem[] } {
  try {
    return check(request);
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    return { service: String(request.request.name), problems: toProblems(error) };
  }
}

function toProblems({ code, message, hint = "Correct the request.", field, issues }: DeploymentError): Problem[] {
  const all: readonly ErrorIssue[] = issues.length > 0 ? issues : [{ field, message }];
  return all.map((issue) => ({
    code: issue.code ?? code,
    field: issue.field,
    message: withoutPeriod(issue.message),
    hint: issue.hint ?? hint,
  }));
}

/** Gets a part of the engine's state that some request needs; undefined if none needs it. */
export const ifNeeded = async <Request, State>(
  requests: readonly Request[],
  needs: (request: Request) => boolean,
  get: () => Promise<State>,
): Promise<State | undefined> => (requests.some(needs) ? get() : undefined);

/**
 * The message about a volume that exists with another driver or other options than requested. The engine mounts an existing
 * volume unchanged and reports nothing, so that the service would use other data.
 * @param host where the volume exists.
 * @returns undefined if the volume is as requested.
 */
export function volumeConflict(
  { Name, Driver, Options }: VolumeDetails,
  requested: VolumeDriver,
  host: string,
): string | undefined {
  const difference = volumeDifference({ Name: Driver, Options }, requested);
  return difference && `Volume ${Name} exists on ${host} with ${difference}, and Docker would mount it unchanged`;
}
