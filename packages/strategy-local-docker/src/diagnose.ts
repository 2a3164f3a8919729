import type { DiagnoseOptions, Diagnosis } from "@openfactory/deploy-core";
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
