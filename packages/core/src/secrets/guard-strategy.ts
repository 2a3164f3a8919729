import type { Diagnosis, PreflightProblem } from "../capabilities/checks.js";
import type { ProcessChange } from "../capabilities/processes.js";
import type { AuthRefresh } from "../capabilities/services.js";
import type { ServiceStatus } from "../capabilities/status.js";
import type { Deployment, DeploymentWarning, OperationOptions, ProgressEvent } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { redactError } from "./redact-error.js";
import { Redactor } from "./redactor.js";
import { secretsOfRequest } from "./secret-values.js";

/**
 * Runs an operation on a request, and masks the request's secrets in its warnings, progress events and errors, since messages of
 * an engine may contain them.
 * @param work receives the options with a masking observer.
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

/**
 * Wraps a strategy, and masks known secrets in its errors with their causes, warnings, progress events, problems, diagnoses and
 * errors of instances. Log lines are output of the app, and are not masked.
 */
export function guardStrategy<Strategy extends OpenFactoryServiceDeploymentStrategy>(
  strategy: Strategy,
  redactor: Redactor,
): Strategy {
  const guarded = new Map<PropertyKey, unknown>();
  const wrap = (property: PropertyKey, member: (...args: unknown[]) => unknown): unknown => {
    if (property === "logs")
      return (...args: unknown[]) => guardLines(member.apply(strategy, args) as AsyncIterable<unknown>, redactor);
    const mask = Object.hasOwn(OPERATIONS, property) ? OPERATIONS[property as string] : undefined;
    if (mask === undefined) return member.bind(strategy);
    return async (...args: unknown[]) => {
      try {
        const result = await member.apply(
          strategy,
          args.map((arg) => (hasObserver(arg) ? redactOptions(arg, redactor) : arg)),
        );
        return mask(result as never, redactor);
      } catch (error) {
        throw redactError(error, redactor);
      }
    };
  };
  return new Proxy(strategy, {
    get(target, property) {
      // Private members require the strategy itself as the receiver.
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== "function" || property === "constructor") return member;
      const known = guarded.get(property) as { member: unknown; wrapped: unknown } | undefined;
      if (known?.member === member) return known.wrapped;
      const wrapped = wrap(property, member as (...args: unknown[]) => unknown);
      guarded.set(property, { member, wrapped });
      return wrapped;
    },
  });
}

const hasObserver = (value: unknown): value is OperationOptions =>
  typeof value === "object" && value !== null && typeof (value as OperationOptions).observer === "function";

async function* guardLines(lines: AsyncIterable<unknown>, redactor: Redactor): AsyncGenerator<unknown> {
  try {
    yield* lines;
  } catch (error) {
    throw redactError(error, redactor);
  }
}

/** Masks the secrets of the status's own settings in the errors of its instances. */
export const redactStatus = (status: ServiceStatus): ServiceStatus =>
  redactInstances(status, new Redactor(() => (status.settings === undefined ? [] : secretsOfRequest(status.settings))));

const redactWarnings = (warnings: readonly DeploymentWarning[], redactor: Redactor): DeploymentWarning[] =>
  warnings.map((warning) => ({ ...warning, reason: redactor.text(warning.reason) }));

/** Options whose observer receives masked events. */
function redactOptions<Options extends OperationOptions>(options: Options, redactor: Redactor): Options {
  const { observer } = options;
  if (observer === undefined) return options;
  return { ...options, observer: (event: ProgressEvent) => observer(redactEvent(event, redactor)) };
}

/** Only these fields contain text from the engine. Names of services and images are kept. */
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
    default:
      return redactUnknown(event satisfies never, redactor);
  }
}

/** An event of a plugin for a later minor version of the contract: any of its texts may be from the engine. */
const redactUnknown = (event: object, redactor: Redactor): ProgressEvent =>
  Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      typeof value === "string" && key !== "type" && key !== "service" ? redactor.text(value) : value,
    ]),
  ) as unknown as ProgressEvent;

/** Masks the errors of instances. @returns the same object if there is nothing to mask. */
function redactInstances(status: ServiceStatus, redactor: Redactor): ServiceStatus {
  const instances = status.instances?.map((instance) => {
    const error = instance.error && redactor.text(instance.error);
    return error === instance.error ? instance : { ...instance, error };
  });
  const version = status.unfinishedVersion && redactInstances(status.unfinishedVersion, redactor);
  const isSame =
    version === status.unfinishedVersion && !instances?.some((instance, index) => instance !== status.instances[index]);
  return isSame ? status : { ...status, instances, ...(version && { unfinishedVersion: version }) };
}

/** Masks text from the engine in the result of an operation. Settings and labels are kept, since callers compare them. */
type MaskResult = (result: never, redactor: Redactor) => unknown;

const maskWarnings = <Result extends Deployment | AuthRefresh | ProcessChange>(
  result: Result,
  redactor: Redactor,
): Result =>
  result?.warnings === undefined || result.warnings.length === 0
    ? result
    : { ...result, warnings: redactWarnings(result.warnings, redactor) };

const maskStatus = (status: ServiceStatus, redactor: Redactor): ServiceStatus =>
  // The redactor may not know this service's secrets, but its settings contain them.
  redactStatus(redactInstances(status, redactor));

/** @returns the same list if there is nothing to mask, since the strategy may compare it by identity. */
function maskStatuses(statuses: readonly ServiceStatus[], redactor: Redactor): readonly ServiceStatus[] {
  const masked = statuses.map((status) => maskStatus(status, redactor));
  return masked.some((status, index) => status !== statuses[index]) ? masked : statuses;
}

const keepResult: MaskResult = (result: unknown) => result;

/** All operations except `logs`. */
const OPERATIONS: Readonly<Record<string, MaskResult>> = {
  deploy: maskWarnings,
  update: maskWarnings,
  rollback: maskWarnings,
  refreshAuth: maskWarnings,
  restart: maskWarnings,
  stop: maskWarnings,
  start: maskWarnings,
  inspect: maskStatus,
  wait: maskStatus,
  list: maskStatuses,
  preflight: (problems: readonly PreflightProblem[], redactor) =>
    problems.map((problem) => ({
      ...problem,
      message: redactor.text(problem.message),
      hint: redactor.text(problem.hint),
    })),
  diagnose: (diagnoses: readonly Diagnosis[], redactor) =>
    diagnoses.map((diagnosis) => ({
      ...diagnosis,
      detail: redactor.text(diagnosis.detail),
      ...(diagnosis.hint && { hint: redactor.text(diagnosis.hint) }),
    })),
  remove: keepResult,
  scale: keepResult,
  exec: keepResult,
  settingsOf: keepResult,
  lock: keepResult,
  unlock: keepResult,
  listResources: keepResult,
  createResource: keepResult,
  removeResource: keepResult,
  elsewhere: keepResult,
  engineId: keepResult,
};
