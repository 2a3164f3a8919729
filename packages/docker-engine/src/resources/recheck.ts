import { DeploymentError } from "@openfactory/deploy-core";
import type { EngineCall } from "../connection/engine-call.js";

type Labels = Readonly<Record<string, string>>;
type Recheck = NonNullable<EngineCall["recheck"]>;

/**
 * Whether an object was created: it has the name, and the labels that it was to have. Without labels it can't be distinguished from an
 * older one, and the engine rejects a second one with that name.
 * @param find the object with the name; rejects with `NOT_FOUND`, or resolves with undefined, if there is none
 * @param answer what the call that created it would have returned
 */
export const createdWith =
  <Found>(
    labels: Labels | null | undefined,
    find: (...args: Parameters<Recheck>) => Promise<Found | undefined>,
    labelsOf: (found: Found) => Labels | null | undefined,
    answer: (found: Found) => object,
  ): Recheck =>
  async (calls, options) => {
    const expected = Object.entries(labels ?? {});
    if (expected.length === 0) return undefined;
    const found = await find(calls, options).catch(notFound);
    if (found === undefined) return undefined;
    return expected.every(([name, value]) => labelsOf(found)?.[name] === value) ? answer(found) : undefined;
  };

/** Whether an object was removed. @param find rejects with `NOT_FOUND`, or resolves with undefined, if it was */
export const removed =
  (find: Recheck): Recheck =>
  async (calls, options) =>
    (await find(calls, options).catch(notFound)) === undefined ? true : undefined;

function notFound(error: unknown): undefined {
  if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
}
