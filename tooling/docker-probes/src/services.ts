import { setTimeout as delay } from "node:timers/promises";
import type { FileReference, Mount, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type {
  ContractProbes,
  ContractTarget,
  ObservedInstance,
  ObservedSettings,
} from "@openfactory/strategy-contract-tests";
import { RawEngine } from "@openfactory/test-engine";
import { plainCapability } from "./containers.js";
import { execIn, get, writtenLines, type Json } from "./engine-io.js";
import { engineResources, TEST_LABELS } from "./engine-resources.js";

/**
 * The contract's target for a strategy that runs services on a swarm.
 * @param registry the address of this machine as the nodes see it, at which they accept a registry without TLS.
 */
export function serviceTarget(
  strategy: OpenFactoryServiceDeploymentStrategy,
  nodes: readonly [ProbedNode, ...ProbedNode[]],
  registry?: string,
): ContractTarget {
  const manager = nodes[0].engine;
  const resources = engineResources(manager, "overlay", registry);
  return {
    ...resources,
    strategy,
    probes: serviceProbes(nodes),
    portlessNetworks: ["host"],
    // Swarm expands Go templates in env and hostname.
    expandsTemplates: true,
    async unmapped(name) {
      const ContainerSpec = { Image: resources.images.plain, Command: ["sleep", "3600"], Init: true };
      await manager.call("POST", "/services/create", {
        Name: name,
        Labels: TEST_LABELS,
        TaskTemplate: { ContainerSpec },
        EndpointSpec: { Mode: "dnsrr" },
      });
      const isSet = async () => (await manager.call("GET", `/services/${name}`)).Spec.EndpointSpec?.Mode === "dnsrr";
      return { setting: "EndpointSpec.Mode: dnsrr", isSet };
    },
    async cleanup(name) {
      await manager.request("DELETE", `/services/${name}`);
    },
    async close() {
      await strategy.close();
      await resources.close();
    },
  };
}

/** A node of the swarm and its addresses. */
export interface ProbedNode {
  /** Host name in the swarm. */
  name: string;
  engine: RawEngine;
  /** The address of the published ports. */
  address: string;
}

const ENDED: ReadonlySet<string> = new Set(["complete", "failed"]);

/** The process of a `starting` task runs if the task has a health check; otherwise it is about to run. */
const isUp = ({ State }: Json, checked: boolean): boolean => State === "running" || (checked && State === "starting");

const isPresent = ({ Status, DesiredState }: Json): boolean =>
  DesiredState !== "remove" &&
  (["starting", "running"].includes(Status.State) || ENDED.has(Status.State) || DesiredState !== "shutdown");

/** Probes of the services of a swarm, and of the containers of their tasks on each node. The first node is a manager. */
export function serviceProbes(nodes: readonly [ProbedNode, ...ProbedNode[]]): ContractProbes {
  const manager = nodes[0].engine;

  const find = async (name: string): Promise<Json | undefined> => {
    const services: Json[] = await manager.call("GET", "/services");
    return services.find(({ Spec }) => Spec.Name === name);
  };
  const existing = async (name: string): Promise<Json> => {
    const service = await find(name);
    if (service === undefined) throw new Error(`service ${name} does not exist`);
    return service;
  };
  const tasksOf = async (name: string): Promise<Json[]> => {
    const service = await find(name);
    if (service === undefined) return [];
    return manager.call("GET", `/tasks?filters=${encodeURIComponent(JSON.stringify({ service: [service.ID] }))}`);
  };
  /** The remaining containers of a removed service: their nodes stop them after the removal. */
  const remainingContainers = async (name: string): Promise<ObservedInstance[]> => {
    const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.swarm.service.name=${name}`] }));
    const lists = await Promise.all(
      nodes.map(({ engine }) => engine.call("GET", `/containers/json?filters=${filters}`)),
    );
    return lists.flat().map(({ Id }: Json) => ({ id: Id, running: true }));
  };
  /** A `starting` task has a process, and its container id a moment later. */
  const running = async (name: string): Promise<{ container: string; node: ProbedNode }> => {
    const runs = async () => (await tasksOf(name)).find(({ Status }) => Status.State === "running");
    let task = await runs();
    for (let attempt = 0; task === undefined && attempt < 100; attempt++) {
      await delay(100);
      task = await runs();
    }
    if (task === undefined) throw new Error(`service ${name} has no running task`);
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
      if (service === undefined) return remainingContainers(name);
      const checked = service.Spec.TaskTemplate.ContainerSpec.Healthcheck !== undefined;
      return (await tasksOf(name)).filter(isPresent).map(({ ID, Status }) => ({
        id: ID,
        // Swarm never restarts the process of a task.
        process: ID,
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
    // Swarm would restart a stopped container, so the service is set to 0 replicas.
    async stop(name) {
      const { ID, Version, Spec } = await existing(name);
      await manager.call("POST", `/services/${ID}/update?version=${Version.Index}`, {
        ...Spec,
        Mode: { Replicated: { Replicas: 0 } },
      });
    },
    async get(port) {
      // A port in host mode answers only on the nodes that run a task.
      return Promise.any(nodes.map(({ address }) => get(address, port)));
    },
  };
}

/** The nodes of a swarm for the probes, the managers first. */
export const probedNodes = (
  nodes: readonly { name: string; host: string; address: string }[],
): [ProbedNode, ...ProbedNode[]] => {
  const [first, ...others] = nodes.map(({ name, host, address }) => ({ name, address, engine: new RawEngine(host) }));
  if (first === undefined) throw new Error("a swarm must have at least one node");
  return [first, ...others];
};

/** The fields of a request from ServiceInspect (Engine API). @param networkNames names by id. */
function serviceSettings(service: Json, networkNames: ReadonlyMap<string, string>): ObservedSettings {
  const { Spec } = service;
  const task = Spec.TaskTemplate;
  const container = task.ContainerSpec;
  const nofile = container.Ulimits?.find(({ Name }: { Name: string }) => Name === "nofile");
  return {
    ids: [service.ID],
    image: container.Image,
    env: container.Env ?? [],
    // A label counts if the service and its containers have it.
    labels: Object.fromEntries(
      Object.entries<string>(Spec.Labels ?? {}).filter(
        ([name, value]) => container.Labels?.[name] === value || name.startsWith("org.openfactory.deploy.operation"),
      ),
    ),
    command: container.Command,
    args: container.Args,
    user: container.User || undefined,
    hostname: container.Hostname || undefined,
    ports: (Spec.EndpointSpec?.Ports ?? []).map((port: Json) => ({
      target: port.TargetPort,
      published: port.PublishedPort || undefined,
      protocol: port.Protocol,
      mode: port.PublishMode,
    })),
    networkAliases: [...new Set<string>((task.Networks ?? []).flatMap(({ Aliases }: Json) => Aliases ?? []))],
    networks: (task.Networks ?? []).map(({ Target }: { Target: string }) => networkNames.get(Target) ?? Target),
    constraints: task.Placement?.Constraints,
    resources: task.Resources,
    openFiles: nofile && { soft: nofile.Soft, hard: nofile.Hard },
    mode: Spec.Mode,
    mounts: container.Mounts?.filter((mount: Json) => !isSharedMemory(mount)).map((mount: Json) => mount as Mount),
    shmSize: container.Mounts?.find(isSharedMemory)?.TmpfsOptions?.SizeBytes,
    healthcheck: container.Healthcheck,
    restart: task.RestartPolicy,
    stopGracePeriod: container.StopGracePeriod,
    init: container.Init ?? undefined,
    readOnly: container.ReadOnly ?? false,
    capAdd: container.CapabilityAdd?.map(plainCapability),
    capDrop: container.CapabilityDrop?.map(plainCapability),
    groupAdd: container.Groups,
    workingDir: container.Dir || undefined,
    tty: container.TTY ?? false,
    openStdin: container.OpenStdin ?? false,
    stopSignal: container.StopSignal || undefined,
    extraHosts: container.Hosts?.map((line: string) => line.split(" ").toReversed().join(":")),
    dns: {
      servers: container.DNSConfig?.Nameservers,
      search: container.DNSConfig?.Search,
      options: container.DNSConfig?.Options,
    },
    sysctls: container.Sysctls,
    logging: task.LogDriver && { driver: task.LogDriver.Name, options: task.LogDriver.Options },
    secrets: container.Secrets?.map((secret: Json) => file(secret.SecretName, secret.File)),
    configs: container.Configs?.map((config: Json) => file(config.ConfigName, config.File)),
    updateConfig: Spec.UpdateConfig,
    rollbackConfig: Spec.RollbackConfig,
  };
}

/** A service has no size of its shared memory, so that the strategy mounts one of that size. */
const isSharedMemory = ({ Type, Target }: Json): boolean => Type === "tmpfs" && Target === "/dev/shm";

const file = (name: string, { Name, UID, GID, Mode }: Json): FileReference => ({
  name,
  target: Name,
  uid: UID,
  gid: GID,
  mode: Mode,
});
