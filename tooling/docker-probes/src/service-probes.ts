import { setTimeout as delay } from "node:timers/promises";
import type { ContractProbes, ObservedInstance } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { execIn, writtenLines } from "./exec.js";
import { get } from "./get.js";
import { serviceSettings } from "./service-settings.js";

// The Engine API's own JSON, which these look-ups take as it comes.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** A node of the swarm, as the tests reach it. */
export interface ProbedNode {
  /** Host name in the swarm. */
  name: string;
  engine: RawEngine;
  /** The address that published ports are on. */
  address: string;
}

const ENDED: ReadonlySet<string> = new Set(["complete", "failed"]);

/** A task whose health check has not passed yet is `starting`, and its process runs; without one, it is about to run. */
const isUp = ({ State }: Json, checked: boolean): boolean => State === "running" || (checked && State === "starting");

const isPresent = ({ Status, DesiredState }: Json): boolean =>
  DesiredState !== "remove" &&
  (["starting", "running"].includes(Status.State) || ENDED.has(Status.State) || DesiredState !== "shutdown");

/** Sees the services of a swarm, and, node by node, the containers of their tasks. The first node is a manager. */
export function serviceProbes(nodes: readonly [ProbedNode, ...ProbedNode[]]): ContractProbes {
  const manager = nodes[0].engine;

  const find = async (name: string): Promise<Json | undefined> => {
    const services: Json[] = await manager.call("GET", "/services");
    return services.find(({ Spec }) => Spec.Name === name);
  };
  const existing = async (name: string): Promise<Json> => {
    const service = await find(name);
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  };
  const tasksOf = async (name: string): Promise<Json[]> => {
    const service = await find(name);
    if (service === undefined) return [];
    return manager.call("GET", `/tasks?filters=${encodeURIComponent(JSON.stringify({ service: [service.ID] }))}`);
  };
  /** A service that is removed is gone at once, its containers only when their nodes have stopped them. */
  const leftOf = async (name: string): Promise<ObservedInstance[]> => {
    const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.swarm.service.name=${name}`] }));
    const lists = await Promise.all(
      nodes.map(({ engine }) => engine.call("GET", `/containers/json?filters=${filters}`)),
    );
    return lists.flat().map(({ Id }: Json) => ({ id: Id, running: true }));
  };
  /** A task that is `starting` has its process, and tells its container a moment later. */
  const running = async (name: string): Promise<{ container: string; node: ProbedNode }> => {
    const runs = async () => (await tasksOf(name)).find(({ Status }) => Status.State === "running");
    let task = await runs();
    for (let attempt = 0; task === undefined && attempt < 100; attempt++) {
      await delay(100);
      task = await runs();
    }
    if (task === undefined) throw new Error(`no task of ${name} runs`);
    const { Description } = await manager.call("GET", `/nodes/${task.NodeID}`);
    const node = nodes.find((candidate) => candidate.name === Description.Hostname) ?? nodes[0];
    return { container: task.Status.ContainerStatus.ContainerID, node };
  };

  return {
    async settings(name) {
      const service = await find(name);
      if (service === undefined) return undefined;
      const networks: Json[] = await manager.call("GET", "/networks");
      return serviceSettings(service, new Map(networks.map(({ Id, Name }) => [Id, Name])));
    },
    async names() {
      const services: Json[] = await manager.call("GET", "/services");
      return services.map(({ Spec }) => Spec.Name);
    },
    async instances(name) {
      const service = await find(name);
      if (service === undefined) return leftOf(name);
      const checked = service.Spec.TaskTemplate.ContainerSpec.Healthcheck !== undefined;
      return (await tasksOf(name)).filter(isPresent).map(({ ID, Status }) => ({
        id: ID,
        running: isUp(Status, checked),
        health: checked && isUp(Status, checked) ? (Status.State === "running" ? "healthy" : "starting") : undefined,
        exitCode: ENDED.has(Status.State) ? Status.ContainerStatus?.ExitCode : undefined,
      }));
    },
    output: async (name) => writtenLines(manager, `/services/${(await existing(name)).ID}`),
    async exec(name, words) {
      const { container, node } = await running(name);
      return execIn(node.engine, container, words);
    },
    // A container that is stopped would be started again: a service is stopped by having no replicas.
    async stop(name) {
      const { ID, Version, Spec } = await existing(name);
      await manager.call("POST", `/services/${ID}/update?version=${Version.Index}`, {
        ...Spec,
        Mode: { Replicated: { Replicas: 0 } },
      });
    },
    async get(port) {
      // A port of mode host answers on the nodes that run a task: any node that answers will do.
      return Promise.any(nodes.map(({ address }) => get(address, port)));
    },
  };
}
