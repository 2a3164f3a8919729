import { setTimeout as delay } from "node:timers/promises";
import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { expect } from "vitest";

export interface ExpectedError {
  /** The code, or the codes of which it must be one. */
  code: ErrorCode | readonly ErrorCode[];
  /** Name of the strategy. */
  strategy: string;
  service?: string;
}

/** The error with which an operation fails: a DeploymentError of that code, with all that its reader needs. */
export async function expectError(operation: Promise<unknown>, expected: ExpectedError): Promise<DeploymentError> {
  const outcome = await operation.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const codes = [expected.code].flat();
  if (!("error" in outcome)) {
    throw new Error(`expected ${codes.join(" or ")}, and it was done: ${JSON.stringify(outcome.value)}`);
  }
  const { error } = outcome;
  if (!DeploymentError.isInstance(error)) {
    throw new Error(`expected a DeploymentError (${codes.join(" or ")}), and got: ${String(error)}`, { cause: error });
  }
  expect(codes, `code of the error: ${error.message}`).toContain(error.code);
  expect(error.message, "an error says what happened, in one line").toMatch(/^\S[^\n]*$/);
  expect(error.strategy, "an error names its strategy").toBe(expected.strategy);
  if (expected.service !== undefined) expect(error.service, "an error names its service").toBe(expected.service);
  if (error.code !== "ABORTED") expect(error.hint, "an error says what to do").toMatch(/^\S[^\n]*$/);
  return error;
}

/** How long is waited for what must happen sooner or later. Passing is never a matter of speed. */
export const PATIENCE_MS = 60_000;
const STEP_MS = 50;

/**
 * Looks until what it sees is as it should be, and tells what that was.
 * @throws Error with what was seen last.
 */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value>,
  isThere: (value: Value) => boolean,
  patienceMs: number,
): Promise<Value> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (isThere(value)) return value;
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}. Last seen: ${JSON.stringify(value)}`);
    await delay(STEP_MS);
  }
}
