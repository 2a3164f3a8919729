import type { DiagnoseOptions, Diagnosis, ElsewhereOptions, OtherPlatform } from "@openfactory/deploy-core";
import {
  diagnoseEngine,
  diagnoseNetwork,
  type DockerEngine,
  labelFilter,
  runDiagnosis,
} from "@openfactory/docker-engine";
import { REPLICA_LABEL } from "@openfactory/docker-translators";
import { TASK_LABEL } from "./observe/tasks.js";

/** Checks the engine, whether it is a manager, the swarm's nodes, and whether each network exists in the swarm. */
export async function diagnose(engine: DockerEngine, options: DiagnoseOptions): Promise<Diagnosis[]> {
  const found = await diagnoseEngine(engine, options);
  if (found.state === "failed") return [found];
  const manager = await runDiagnosis(MANAGER_CHECK, () => diagnoseManager(engine, options));
  if (manager.state === "failed") return [found, manager];
  const networks = (options.networks ?? []).map((name) =>
    diagnoseNetwork(
      engine,
      name,
      options,
      ({ Scope }) =>
        Scope === "swarm"
          ? { state: "ok", detail: `${name} exists.` }
          : {
              state: "failed",
              detail: `${name} exists on one node only.`,
              hint: `Remove the network and create an overlay network: \`docker network create --driver overlay ${name}\`.`,
            },
      "docker network create --driver overlay",
      ({ Scope }) => Scope === "swarm",
    ),
  );
  return [found, manager, ...(await Promise.all(networks))];
}

const MANAGER_CHECK = "swarm manager";

async function diagnoseManager(engine: DockerEngine, { signal }: DiagnoseOptions): Promise<Diagnosis> {
  const check = MANAGER_CHECK;
  const nodes = await engine.nodes.list({ signal });
  const unavailable = nodes.filter(({ Status, Spec }) => Status.State !== "ready" || Spec.Availability !== "active");
  const count = `a swarm of ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}`;
  if (unavailable.length === 0) return { check, state: "ok", detail: `${engine.host} manages ${count}, all ready.` };
  const names = unavailable.map(
    ({ Description, Status, Spec }) => `${Description.Hostname} (${Status.State}, ${Spec.Availability})`,
  );
  return {
    check,
    state: "warning",
    detail: `${engine.host} manages ${count}. These nodes take no tasks: ${names.join(", ")}.`,
    hint: "Start the nodes, set them active (`docker node update --availability active`), or remove them (`docker node rm`).",
  };
}

/** The services with these labels that run as containers of the manager's own engine, outside of the swarm: one call. */
export async function elsewhere(engine: DockerEngine, { labels, signal }: ElsewhereOptions): Promise<OtherPlatform[]> {
  const containers = await engine.containers.list(labelFilter(labels), { signal });
  const names = containers
    .filter(({ Labels }) => Labels[TASK_LABEL] === undefined)
    .map(({ Names, Labels }) => Labels[REPLICA_LABEL] ?? serviceNameOf(Names));
  return [{ platform: "docker", services: [...new Set(names)].sort() }];
}

/** Local Docker names the version that it keeps for a rollback `web.previous`. Names of services have no dot. */
const serviceNameOf = ([name = ""]: readonly string[]): string => name.slice(1).split(".")[0] ?? "";
