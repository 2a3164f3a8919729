import { DeploymentError, redactError, Redactor, secretsOfRequest } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { imageLookup } from "../images.js";
import { toldSettings } from "../settings.js";

/**
 * An error about a container that repeats no value of its env: the engine repeats the words that it could not start, and
 * a process writes what it likes.
 */
export async function withoutSecretsOf(
  engine: DockerEngine,
  container: ContainerDetails | undefined,
  error: unknown,
): Promise<unknown> {
  // Without an instance it repeats no words of the container.
  if (container === undefined || !DeploymentError.isInstance(error) || error.instance === undefined) return error;
  // The image's own variables are no secret. Where it is gone, they are not known apart.
  const settings = await toldSettings(container.Name, [container], imageLookup(engine)).catch(() => undefined);
  const { Image, Env } = container.Config;
  const told = settings ?? { name: container.Name, image: Image, env: Env ?? [] };
  return redactError(error, new Redactor(() => secretsOfRequest(told)));
}
