import { randomUUID } from "node:crypto";
import {
  DeploymentError,
  type OperationOptions,
  type Resource,
  type ResourceSpec,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { alreadyExists } from "./faults.js";

/** How one resource is made. */
export interface Making {
  spec: ResourceSpec;
  /** Undefined: one of that name was there before. */
  create(operation: string): Promise<Resource | undefined>;
  remove(resource: Resource): Promise<void>;
  /** What that operation has made. */
  lost(operation: string): Promise<Resource[]>;
}

/** What the engine takes for a name (Engine API, VolumeCreate); of a network it takes more, and nothing can use it then. */
export const RESOURCE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/**
 * Makes a resource, or leaves none behind.
 * @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`, `ABORTED`, ...
 */
export async function made(making: Making, { signal }: OperationOptions): Promise<Resource> {
  const { spec } = making;
  throwIfAborted(signal);
  if (!RESOURCE_NAME.test(spec.name))
    throw invalid(spec, `${JSON.stringify(spec.name)} can't be the name of a ${spec.kind}`, "name");
  const operation = randomUUID();
  try {
    // Not given the signal: an answer that is not waited for would leave it behind.
    const resource = await making.create(operation);
    if (resource === undefined) throw alreadyExists(spec);
    throwIfAborted(signal);
    return resource;
  } catch (error) {
    if (!DeploymentError.isInstance(error, "ALREADY_EXISTS")) await removeLost(making, operation);
    throw explained(error, spec);
  }
}

async function removeLost({ lost, remove }: Making, operation: string): Promise<void> {
  try {
    await Promise.all((await lost(operation)).map(remove));
  } catch {
    // The engine does not answer: the first error says so, and is thrown.
  }
}

function explained(error: unknown, spec: ResourceSpec): unknown {
  if (DeploymentError.isInstance(error, "CONFLICT")) return alreadyExists(spec, error.cause);
  const driver = "driver" in spec ? spec.driver : undefined;
  if (!DeploymentError.isInstance(error, "NOT_FOUND") || driver === undefined) return error;
  return invalid(spec, `The engine has no ${spec.kind} driver ${driver}`, "driver", error.cause);
}

const invalid = ({ kind }: ResourceSpec, what: string, field: string, cause?: unknown): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `${what}.`, {
    field,
    hint: `Correct the ${field} of the ${kind}; nothing was made.`,
    cause,
  });
