import type { DiagnoseOptions, Diagnosis, ElsewhereOptions, OtherPlatform } from "@openfactory/deploy-core";
import { diagnoseEngine, diagnoseNetwork, type DockerEngine, finding } from "@openfactory/docker-engine";
import { REPLICA_LABEL } from "@openfactory/docker-translators";

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

/** On every container of a task (Engine API). */
const TASK_LABEL = "com.docker.swarm.task.id";

/** The wanted services that run as containers of the manager's own engine, outside the swarm: one call. */
export async function elsewhere(engine: DockerEngine, { labels, signal }: ElsewhereOptions): Promise<OtherPlatform[]> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const containers = await engine.containers.list({ label }, { signal });
  const names = containers
    .filter(({ Labels }) => Labels[TASK_LABEL] === undefined)
    .map(({ Names, Labels }) => Labels[REPLICA_LABEL] ?? nameOf(Names));
  return [{ platform: "docker", services: [...new Set(names)].sort() }];
}

/** A version kept for a rollback is `web.previous`, and a service's own name has no dot. */
const nameOf = ([name = ""]: readonly string[]): string => name.slice(1).split(".")[0] ?? "";
