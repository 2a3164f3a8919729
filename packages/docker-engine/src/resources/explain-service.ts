import { DeploymentError } from "@openfactory/deploy-core";
import type { CallOptions } from "../engine.js";
import { engineFault } from "../errors/engine-error.js";
import type { EngineCalls } from "../transport/engine-call.js";
import { firstMissingNetwork, retold } from "./missing-network.js";

interface Networks {
  TaskTemplate?: { Networks?: { Target?: string }[] };
}

/**
 * What ServiceCreate or ServiceUpdate failed for, where the status says too little: a network that is not there is 404
 * or 500, by version, and a version that is not the newest any more is 500, which only its text tells.
 */
export async function explainService(
  error: unknown,
  calls: EngineCalls,
  body: object,
  options?: CallOptions,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error)) return error;
  if (error.code !== "ENGINE_ERROR" && error.code !== "NOT_FOUND") return error;
  if (/update out of sequence/i.test(engineFault(error)?.message ?? "")) {
    return retold(error, "CONFLICT", "Somebody else changed the service at the same time: try again.");
  }
  const names = (body as Networks).TaskTemplate?.Networks?.map(({ Target }) => Target) ?? [];
  return (await firstMissingNetwork(error, calls, names, options)) ?? error;
}
