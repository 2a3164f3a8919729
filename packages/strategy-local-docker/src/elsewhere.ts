import { DeploymentError, type ElsewhereOptions, type OtherPlatform } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

/**
 * The swarm that this engine manages, and the wanted services of it. One call: an engine that manages no swarm answers
 * it with 503, and an engine of another make with 404.
 */
export async function elsewhere(engine: DockerEngine, { labels, signal }: ElsewhereOptions): Promise<OtherPlatform[]> {
  const wanted = Object.entries(labels);
  try {
    const listed = await engine.services.list(
      { label: wanted.map(([name, value]) => `${name}=${value}`) },
      { signal, explainsState: false },
    );
    // The engine takes one of several labels for all of them.
    const services = listed
      .filter(({ Spec }) => wanted.every(([name, value]) => Spec.Labels?.[name] === value))
      .map(({ Spec }) => Spec.Name);
    return [{ platform: "swarm", services: services.sort(), reason: "This engine is a Swarm manager" }];
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_A_SWARM_MANAGER") || DeploymentError.isInstance(error, "NOT_FOUND"))
      return [];
    throw error;
  }
}
