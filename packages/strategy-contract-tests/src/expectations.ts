import { setTimeout as delay } from "node:timers/promises";
import { DeploymentError, type ErrorCode, type WaitOptions } from "@openfactory/deploy-core";
import { expect } from "vitest";

export interface ExpectedError {
  /** The code, or a list of accepted codes. */
  code: ErrorCode | readonly ErrorCode[];
  /** Name of the strategy. */
  strategy: string;
  service?: string;
}

/** The error with which an operation fails: a DeploymentError with that code, a message, a hint and its strategy. */
export async function expectError(operation: Promise<unknown>, expected: ExpectedError): Promise<DeploymentError> {
  const outcome = await operation.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const codes = [expected.code].flat();
  if (!("error" in outcome)) {
    throw new Error(`expected ${codes.join(" or ")}, and the operation succeeded: ${JSON.stringify(outcome.value)}`);
  }
  const { error } = outcome;
  if (!DeploymentError.isInstance(error)) {
    throw new Error(`expected a DeploymentError (${codes.join(" or ")}), and got: ${String(error)}`, { cause: error });
  }
  expect(codes, `code of the error: ${error.message}`).toContain(error.code);
  expect(error.message, "an error has a message of one line").toMatch(/^\S[^\n]*$/);
  expect(error.strategy, "an error names its strategy").toBe(expected.strategy);
  if (expected.service !== undefined) expect(error.service, "an error names its service").toBe(expected.service);
  expect(error.help, "an error has the address of a page about its code").toMatch(/^https:\/\/\S+$/);
  if (error.code !== "ABORTED") expect(error.hint, "an error has a hint of one line").toMatch(/^\S[^\n]*$/);
  return error;
}

/** Options of a `wait` for a process that ends as it starts: a busy platform may report its end late. */
export const LATE_END: WaitOptions = { settleMs: 10_000 };

/** The default time limit of polling. No case depends on speed. */
export const PATIENCE_MS = 60_000;
const STEP_MS = 50;

/**
 * Polls until `isThere` holds, and returns the value.
 * @throws Error with the last value.
 */
export async function eventually<Value>(
  what: string,
  read: () => Promise<Value>,
  isThere: (value: Value) => boolean,
  pollTimeoutMs: number,
): Promise<Value> {
  const end = Date.now() + pollTimeoutMs;
  for (;;) {
    const value = await read();
    if (isThere(value)) return value;
    if (Date.now() > end) throw new Error(`Timed out waiting until ${what}. Last seen: ${JSON.stringify(value)}`);
    await delay(STEP_MS);
  }
}
