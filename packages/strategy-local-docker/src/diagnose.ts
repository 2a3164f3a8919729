import {
  DeploymentError,
  type DiagnoseOptions,
  type Diagnosis,
  type ElsewhereOptions,
  type OtherPlatform,
} from "@openfactory/deploy-core";
import { diagnoseEngine, diagnoseNetwork, type DockerEngine, hasLabels, labelFilter } from "@openfactory/docker-engine";

/** Checks the engine, and that each network exists and containers can join it. */
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
              detail: `${name} belongs to the swarm, and is not attachable: containers can't join it.`,
              hint: "Create the network again with --attachable, or deploy with --platform swarm.",
            }
          : { state: "ok", detail: `${name} exists.` },
      "docker network create",
    ),
  );
  return [found, ...(await Promise.all(networks))];
}

/**
 * The swarm that this engine manages, with its services that have the labels. One call: an engine that manages no swarm answers
 * 503, and Podman 404.
 */
export async function elsewhere(engine: DockerEngine, { labels, signal }: ElsewhereOptions): Promise<OtherPlatform[]> {
  try {
    const listed = await engine.services.list(labelFilter(labels), { signal, explainSwarmState: false });
    const services = listed.filter(({ Spec }) => hasLabels(Spec.Labels, labels)).map(({ Spec }) => Spec.Name);
    return [{ platform: "swarm", services: services.sort(), reason: "This engine is a Swarm manager" }];
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_A_SWARM_MANAGER") || DeploymentError.isInstance(error, "NOT_FOUND"))
      return [];
    throw error;
  }
}
