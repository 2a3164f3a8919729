import { DeploymentError, type ErrorIssue, type FailedInstance } from "../errors.js";
import type { Redactor } from "./redactor.js";

/** The maximum depth of causes and of their data. */
const MAX_DEPTH = 8;

/**
 * Masks known secrets in an error's message, hint, help, issues, instance, stack and causes.
 * @returns the same object if there is nothing to mask.
 */
export function redactError<Thrown>(error: Thrown, redactor: Redactor): Thrown {
  return redactAny(error, redactor, MAX_DEPTH) as Thrown;
}

function redactAny(value: unknown, redactor: Redactor, depth: number): unknown {
  if (typeof value === "string") return redactor.text(value);
  if (typeof value !== "object" || value === null) return value;
  // Data at this depth is dropped, since it is not checked.
  if (depth === 0) return undefined;
  if (DeploymentError.isInstance(value)) return redactDeploymentError(value, redactor, depth);
  if (value instanceof Error) return redactPlainError(value, redactor, depth);
  if (Array.isArray(value))
    return keepIfEqual(
      value,
      value.map((item) => redactAny(item, redactor, depth - 1)),
    );
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const entries = Object.entries(value);
  const masked = entries.map(([key, item]) => [key, redactAny(item, redactor, depth - 1)] as const);
  return masked.every(([, item], index) => item === entries[index]?.[1]) ? value : Object.fromEntries(masked);
}

const keepIfEqual = <One>(before: readonly One[], after: readonly One[]): readonly One[] =>
  after.every((item, index) => item === before[index]) ? before : after;

function redactIssue(issue: ErrorIssue, redactor: Redactor): ErrorIssue {
  const message = redactor.text(issue.message);
  const hint = issue.hint && redactor.text(issue.hint);
  return message === issue.message && hint === issue.hint ? issue : { ...issue, message, ...(hint && { hint }) };
}

/** Ids and node names are kept, since they are not text from the engine. */
function redactInstance(instance: FailedInstance, redactor: Redactor): FailedInstance {
  const error = instance.error && redactor.text(instance.error);
  const before = instance.lastLogLines ?? [];
  const lastLogLines = keepIfEqual(
    before,
    before.map((line) => redactor.text(line)),
  );
  if (error === instance.error && lastLogLines === before) return instance;
  return { ...instance, error, ...(instance.lastLogLines && { lastLogLines: [...lastLogLines] }) };
}

function redactDeploymentError(error: DeploymentError, redactor: Redactor, depth: number): DeploymentError {
  const data = <Data>(part: Data): Data => redactAny(part, redactor, depth - 1) as Data;
  const message = redactor.text(error.message);
  const hint = data(error.hint);
  const help = data(error.help);
  const issues = keepIfEqual(
    error.issues,
    error.issues.map((issue) => redactIssue(issue, redactor)),
  );
  const instance = error.instance && redactInstance(error.instance, redactor);
  const cause = data(error.cause);
  const stack = data(error.stack);
  const isSame =
    message === error.message &&
    hint === error.hint &&
    help === error.help &&
    issues === error.issues &&
    instance === error.instance &&
    cause === error.cause &&
    stack === error.stack;
  if (isSame) return error;
  const masked = new DeploymentError(error.code, message, {
    ...error,
    hint,
    help,
    issues: [...issues],
    instance,
    cause,
  });
  return withStack(masked, stack);
}

function redactPlainError(error: Error, redactor: Redactor, depth: number): Error {
  const message = redactor.text(error.message);
  const stack = error.stack === undefined ? undefined : redactor.text(error.stack);
  const own = Object.entries(error).filter(([key]) => key !== "message" && key !== "stack" && key !== "cause");
  const masked = own.map(([key, item]) => [key, redactAny(item, redactor, depth - 1)] as const);
  const cause = redactAny(error.cause, redactor, depth - 1);
  const isSame =
    message === error.message &&
    stack === error.stack &&
    cause === error.cause &&
    masked.every(([, item], index) => item === own[index]?.[1]);
  if (isSame) return error;
  const copy = Object.assign(
    new Error(message, cause === undefined ? undefined : { cause }),
    Object.fromEntries(masked),
  );
  // Keeps the class, so that instanceof still works.
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object);
  Object.defineProperty(copy, "name", { value: error.name, configurable: true, writable: true });
  return withStack(copy, stack);
}

function withStack<Kind extends Error>(error: Kind, stack: string | undefined): Kind {
  Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  return error;
}
