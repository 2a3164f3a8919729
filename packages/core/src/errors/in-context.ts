import { DeploymentError } from "./deployment-error.js";

/** Runs `work`; a DeploymentError it throws is told of which service and strategy it is, where it does not say. */
export async function inContext<Result>(
  context: { service?: string; strategy?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw DeploymentError.isInstance(error) ? DeploymentError.withContext(error, context) : error;
  }
}
