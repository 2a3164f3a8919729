import {
  DeploymentError,
  type DiagnoseOptions,
  type Diagnosis,
  type ElsewhereOptions,
  type OtherPlatform,
} from "@openfactory/deploy-core";
import { diagnoseEngine, diagnoseNetwork, type DockerEngine } from "@openfactory/docker-engine";

/** The engine, and each network: there, and one that a container can join. */
export async function diagnose(engine: DockerEngine, options: DiagnoseOptions): Promise<Diagnosis[]> {
  const found = await diagnoseEngine(engine, options);
  if (found.state === "failed") return [found];
  const networks = (options.networks ?? []).map((name) =>
    diagnoseNetwork(
      engine,
      name,
      options,
      ({ Scope, Attachable }) =>
        Scope === "swarm" && !Attachable
          ? {
              state: "failed",
              detail: `${name} is a network of the swarm that containers may not join.`,
              hint: "Create it anew with --attachable, or deploy on the platform swarm.",
            }
          : { state: "ok", detail: `${name} is there.` },
      "docker network create",
    ),
  );
  return [found, ...(await Promise.all(networks))];
}

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
