import type { DiagnoseOptions, Diagnosis } from "@openfactory/deploy-core";
import { diagnoseEngine, diagnoseNetwork, type DockerEngine, finding } from "@openfactory/docker-engine";

/** The engine, whether it is a manager, the swarm's nodes, and each network: there, and of the swarm. */
export async function diagnose(engine: DockerEngine, options: DiagnoseOptions): Promise<Diagnosis[]> {
  const found = await diagnoseEngine(engine, options);
  if (found.state === "failed") return [found];
  const manager = await finding("swarm manager", () => managerAndNodes(engine, options));
  if (manager.state === "failed") return [found, manager];
  const networks = (options.networks ?? []).map((name) =>
    diagnoseNetwork(
      engine,
      name,
      options,
      ({ Scope }) =>
        Scope === "swarm"
          ? { state: "ok", detail: `${name} is there.` }
          : {
              state: "failed",
              detail: `${name} is a network of one node only.`,
              hint: `Remove it, and create it as an overlay network: docker network create --driver overlay ${name}`,
            },
      "docker network create --driver overlay",
      ({ Scope }) => Scope === "swarm",
    ),
  );
  return [found, manager, ...(await Promise.all(networks))];
}

async function managerAndNodes(engine: DockerEngine, { signal }: DiagnoseOptions): Promise<Diagnosis> {
  const check = "swarm manager";
  const nodes = await engine.nodes.list({ signal });
  const unfit = nodes.filter(({ Status, Spec }) => Status.State !== "ready" || Spec.Availability !== "active");
  const count = `a swarm of ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}`;
  if (unfit.length === 0) return { check, state: "ok", detail: `${engine.host} manages ${count}, all ready.` };
  const names = unfit.map(
    ({ Description, Status, Spec }) => `${Description.Hostname} (${Status.State}, ${Spec.Availability})`,
  );
  return {
    check,
    state: "warning",
    detail: `${engine.host} manages ${count}, of which some take no tasks: ${names.join(", ")}.`,
    hint: "Bring these nodes back, set them active, or remove them from the swarm.",
  };
}
