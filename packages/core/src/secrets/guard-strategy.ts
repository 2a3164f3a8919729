import type { Diagnosis, PreflightProblem } from "../capabilities/checks.js";
import type { AuthRefresh } from "../capabilities/services.js";
import type { ServiceStatus } from "../capabilities/status.js";
import type { Deployment, DeploymentWarning, OperationOptions, ProgressEvent } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { redactError } from "./redact-error.js";
import { Redactor } from "./redactor.js";
import { secretsOfRequest } from "./secret-values.js";

/**
 * Does what a request asks for; what it returns, reports and throws repeats no secret of the request, though an engine's
 * own words may.
 * @param work given the options with an observer to report to.
 */
export async function withoutSecrets<Options extends OperationOptions>(
  request: Pick<DeployRequest, "name" | "image" | "env">,
  options: Options,
  work: (options: Options) => Promise<Deployment>,
): Promise<Deployment> {
  const redactor = new Redactor(() => secretsOfRequest(request));
  try {
    const deployment = await work(redactOptions(options, redactor));
    return { ...deployment, warnings: redactWarnings(deployment.warnings, redactor) };
  } catch (error) {
    throw redactError(error, redactor);
  }
}

const redactWarnings = (warnings: readonly DeploymentWarning[], redactor: Redactor): DeploymentWarning[] =>
  warnings.map((warning) => ({ ...warning, reason: redactor.text(warning.reason) }));

/** Options whose observer gets events without known values. */
function redactOptions<Options extends OperationOptions>(options: Options, redactor: Redactor): Options {
  const { observer } = options;
  if (observer === undefined) return options;
  return { ...options, observer: (event: ProgressEvent) => observer(redactEvent(event, redactor)) };
}

/** An engine's words are in these fields only; what names a service or an image stays. */
function redactEvent(event: ProgressEvent, redactor: Redactor): ProgressEvent {
  switch (event.type) {
    case "pull":
      return { ...event, status: redactor.text(event.status) };
    case "waiting":
      return event.detail === undefined ? event : { ...event, detail: redactor.text(event.detail) };
    case "warning":
      return { ...event, warning: { ...event.warning, reason: redactor.text(event.warning.reason) } };
    case "step":
      return event;
  }
}

/** A status whose instances' errors repeat no known value; the same object where there is nothing to mask. */
function redactInstances(status: ServiceStatus, redactor: Redactor): ServiceStatus {
  const instances = status.instances?.map((one) => {
    const error = one.error && redactor.text(one.error);
    return error === one.error ? one : { ...one, error };
  });
  return instances?.some((one, index) => one !== status.instances[index]) ? { ...status, instances } : status;
}

/** As {@link redactInstances}, with the values that the status' own settings tell. */
export const withoutOwnSecrets = (status: ServiceStatus): ServiceStatus =>
  redactInstances(status, new Redactor(() => (status.settings === undefined ? [] : secretsOfRequest(status.settings))));

/** Masks the engine's words in what an operation returns. Settings and labels stay: they are compared. */
type Mask = (result: never, redactor: Redactor) => unknown;

const maskDeployment = <Made extends Deployment | AuthRefresh>(made: Made, redactor: Redactor): Made =>
  made?.warnings === undefined || made.warnings.length === 0
    ? made
    : { ...made, warnings: redactWarnings(made.warnings, redactor) };

const maskStatus = (status: ServiceStatus, redactor: Redactor): ServiceStatus =>
  // Of a service that the caller does not know, its own settings tell.
  withoutOwnSecrets(redactInstances(status, redactor));

/** The list itself where there is nothing to mask: the strategy may know it again. */
function maskStatuses(statuses: readonly ServiceStatus[], redactor: Redactor): readonly ServiceStatus[] {
  const masked = statuses.map((status) => maskStatus(status, redactor));
  return masked.some((status, index) => status !== statuses[index]) ? masked : statuses;
}

const asIs: Mask = (result: unknown) => result;

const OPERATIONS: Readonly<Record<string, Mask>> = {
  deploy: maskDeployment,
  update: maskDeployment,
  rollback: maskDeployment,
  refreshAuth: maskDeployment,
  inspect: maskStatus,
  wait: maskStatus,
  list: maskStatuses,
  preflight: (problems: readonly PreflightProblem[], redactor) =>
    problems.map((one) => ({ ...one, message: redactor.text(one.message), hint: redactor.text(one.hint) })),
  diagnose: (found: readonly Diagnosis[], redactor) =>
    found.map((one) => ({
      ...one,
      detail: redactor.text(one.detail),
      ...(one.hint && { hint: redactor.text(one.hint) }),
    })),
  remove: asIs,
  scale: asIs,
  settingsOf: asIs,
  lock: asIs,
  unlock: asIs,
  listResources: asIs,
  createResource: asIs,
  removeResource: asIs,
  elsewhere: asIs,
};

/**
 * The strategy, whoever wrote it, with known values masked in all that it says: errors with their causes, warnings,
 * progress events, findings, errors of instances. Lines of logs are the app's own, and stay as they are.
 */
export function guardStrategy<Strategy extends OpenFactoryServiceDeploymentStrategy>(
  strategy: Strategy,
  redactor: Redactor,
): Strategy {
  const guarded = new Map<PropertyKey, unknown>();
  const make = (property: PropertyKey, member: (...given: unknown[]) => unknown): unknown => {
    if (property === "logs")
      return (...given: unknown[]) => guardLines(member.apply(strategy, given) as AsyncIterable<unknown>, redactor);
    const mask = Object.hasOwn(OPERATIONS, property) ? OPERATIONS[property as string] : undefined;
    if (mask === undefined) return member.bind(strategy);
    return async (...given: unknown[]) => {
      try {
        const result = await member.apply(
          strategy,
          given.map((one) => (isObserved(one) ? redactOptions(one, redactor) : one)),
        );
        return mask(result as never, redactor);
      } catch (error) {
        throw redactError(error, redactor);
      }
    };
  };
  return new Proxy(strategy, {
    get(target, property) {
      // The strategy itself is the receiver: it may have private members.
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== "function" || property === "constructor") return member;
      const known = guarded.get(property) as { of: unknown; made: unknown } | undefined;
      if (known?.of === member) return known.made;
      const made = make(property, member as (...given: unknown[]) => unknown);
      guarded.set(property, { of: member, made });
      return made;
    },
  });
}

const isObserved = (value: unknown): value is OperationOptions =>
  typeof value === "object" && value !== null && typeof (value as OperationOptions).observer === "function";

async function* guardLines(lines: AsyncIterable<unknown>, redactor: Redactor): AsyncGenerator<unknown> {
  try {
    yield* lines;
  } catch (error) {
    throw redactError(error, redactor);
  }
}
