import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { engineErrorCause } from "../errors/engine-error.js";
import type { CallOptions, DockerEngine, Filters } from "../engine.js";
import { managerFailure } from "../errors/manager-error.js";

type Labels = Readonly<Record<string, string>>;

/** The engine's filter for all of these labels. Versions of the engine match labels differently: check {@link hasLabels}. */
export const labelFilter = (labels: Labels = {}): Filters => {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return label.length === 0 ? {} : { label };
};

/**
 * Whether all expected labels are set to these values. The engine's filter also accepts a service that has any of the labels,
 * and for configs and secrets, a label without a value matches all values.
 */
export const hasLabels = (actual: Labels | null | undefined, expected: Labels = {}): boolean =>
  Object.entries(expected).every(([name, value]) => actual?.[name] === value);

/** The result of a call about one object; undefined if the object does not exist. @param code of the error in that case. */
export async function ifExists<Found>(call: Promise<Found>, code: ErrorCode = "NOT_FOUND"): Promise<Found | undefined> {
  try {
    return await call;
  } catch (error) {
    if (DeploymentError.isInstance(error, code)) return undefined;
    throw error;
  }
}

/** Whether the engine itself has an image. */
export const hasImage = async (engine: DockerEngine, image: string, options: CallOptions): Promise<boolean> =>
  (await ifExists(engine.images.inspect(image, options), "IMAGE_NOT_FOUND")) !== undefined;

/**
 * After a call that got no answer, or none that says what happened, looks up what the engine has done.
 * @returns the result of `lookUp`; undefined for an error by which the engine refused the call, and if the engine does not
 * answer the lookup either. The caller then throws the error of its call, which says so.
 */
export async function ifUnanswered<Found>(error: unknown, lookUp: () => Promise<Found>): Promise<Found | undefined> {
  if (!isResultUnknown(error)) return undefined;
  try {
    return await lookUp();
  } catch {
    return undefined;
  }
}

/** An answer that can't be read, or that reports a failure of the engine or of a proxy, does not say what was done. */
function isResultUnknown(error: unknown): boolean {
  const failure = managerFailure(error);
  if (failure !== undefined) return failure.mayHaveActed;
  return DeploymentError.isInstance(error, "ENGINE_ERROR") && (engineErrorCause(error)?.statusCode ?? 500) >= 500;
}

/** Creates one value for each engine, on first use, and drops it with the engine. */
export function perEngine<Value>(create: (engine: DockerEngine) => Value): (engine: DockerEngine) => Value {
  const values = new WeakMap<DockerEngine, Value>();
  return (engine) => {
    const value = values.get(engine) ?? create(engine);
    values.set(engine, value);
    return value;
  };
}
