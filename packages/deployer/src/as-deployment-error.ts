import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";

/** What a strategy threw, in the contract's terms: a third party's may throw anything. */
export function asDeploymentError(
  error: unknown,
  service: string,
  { manifest }: OpenFactoryServiceDeploymentStrategy,
): DeploymentError {
  const context = { service, strategy: manifest.name };
  if (DeploymentError.isInstance(error)) return DeploymentError.withContext(error, context);
  const words = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return new DeploymentError("ENGINE_ERROR", `The ${manifest.name} strategy failed on ${service}: ${words}`, {
    ...context,
    hint: "This is a fault of the strategy: tell its author.",
    cause: error,
  });
}
