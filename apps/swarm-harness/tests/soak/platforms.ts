import { createEngine, createSwarm, type Node } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import type { Random } from "./random.js";
import { type DroppingProxy, startDroppingProxy } from "./dropping-proxy.js";

/** The running version of a service, with its number of replicas. */
export type Versions = Readonly<Record<string, string>>;

/** An engine or a swarm on which random operations run. */
export interface SoakPlatform {
  readonly name: string;
  /** `--platform swarm --host ...` */
  readonly options: readonly string[];
  /** Whether replicas can be set. */
  readonly hasReplicas: boolean;
  /** `2 x3` for version 2 with 3 running replicas, by service. What does not run has its state instead. */
  versions(project: string): Promise<Versions>;
  /** The kind and name of every object of the project. */
  leftovers(project: string): Promise<string[]>;
  /** Loses all connections of clients for this time. */
  drop(ms: number): Promise<void>;
  /** Kills an engine with all that runs on it, like a power cut, and starts it again. */
  restartEngine(random: Random): Promise<void>;
  close(): Promise<void>;
}

interface Named {
  Name?: string;
  Names?: string[];
  Labels?: Record<string, string> | null;
  Spec?: { Name: string; Labels?: Record<string, string> | null };
}

const nameOf = ({ Name, Names, Spec }: Named): string => Name ?? Spec?.Name ?? Names?.[0]?.slice(1) ?? "";
const isOf =
  (project: string) =>
  (each: Named): boolean =>
    nameOf(each).includes(project) ||
    Object.values(each.Labels ?? each.Spec?.Labels ?? {}).some((value) => value.includes(project));

const versionIn = (env: readonly string[] = []): string =>
  env.find((entry) => entry.startsWith("VERSION="))?.slice("VERSION=".length) ?? "";

async function objects(node: Node, project: string, kinds: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(kinds).map(async ([kind, path]) => {
      const answer = await node.api.call("GET", path);
      const all: Named[] = Array.isArray(answer) ? answer : (answer.Volumes ?? []);
      return all.filter(isOf(project)).map((each) => `${kind} ${nameOf(each)}`);
    }),
  );
  return found.flat();
}

const proxyOf = (node: Node): Promise<DroppingProxy> => startDroppingProxy({ host: node.address, port: 2375 });

export async function soakEngine(): Promise<SoakPlatform> {
  const engine = await createEngine({ images: [TEST_IMAGE] });
  const proxy = await proxyOf(engine);
  return {
    name: "docker",
    options: ["--platform", "docker", "--host", proxy.host],
    hasReplicas: false,
    async versions(project) {
      const all: { Id: string; Names: string[] }[] = await engine.api.call("GET", "/containers/json?all=true");
      const own = all.filter(({ Names }) => Names.some((name) => name.startsWith(`/${project}-`)));
      const details = await Promise.all(own.map(({ Id }) => engine.api.call("GET", `/containers/${Id}/json`)));
      // The previous version of a service is kept stopped, under another name.
      const services = details.filter(({ Name, State }) => State.Running || !Name.includes("."));
      return Object.fromEntries(
        services.map(({ Name, Config, State }) => [
          Name.slice(1),
          `${versionIn(Config.Env)} ${State.Running ? "x1" : State.Status}`,
        ]),
      );
    },
    leftovers: (project) =>
      objects(engine, project, {
        container: "/containers/json?all=true",
        network: "/networks",
        volume: "/volumes",
      }),
    drop: (ms) => proxy.drop(ms),
    async restartEngine() {
      await engine.kill();
      await engine.start();
    },
    async close() {
      await proxy.close();
      await engine.down();
    },
  };
}

export async function soakSwarm(): Promise<SoakPlatform> {
  const swarm = await createSwarm({ nodes: 3, managers: 3, images: [TEST_IMAGE] });
  const proxies = await Promise.all(swarm.nodes.map(proxyOf));
  const [first, ...others] = swarm.nodes as [Node, ...Node[]];
  return {
    name: "swarm",
    options: ["--platform", "swarm", "--host", proxies.map(({ host }) => host).join(",")],
    hasReplicas: true,
    async versions(project) {
      const services: SwarmService[] = await first.api.call("GET", "/services?status=true");
      return Object.fromEntries(
        services.filter(isOf(project)).map(({ Spec, ServiceStatus }) => {
          const { RunningTasks, DesiredTasks } = ServiceStatus;
          const count = RunningTasks === DesiredTasks ? `x${DesiredTasks}` : `${RunningTasks}/${DesiredTasks}`;
          return [Spec.Name, `${versionIn(Spec.TaskTemplate.ContainerSpec.Env)} ${count}`];
        }),
      );
    },
    leftovers: (project) =>
      objects(first, project, {
        service: "/services",
        config: "/configs",
        secret: "/secrets",
        network: "/networks?filters=%7B%22scope%22%3A%5B%22swarm%22%5D%7D",
      }),
    async drop(ms) {
      await Promise.all(proxies.map((proxy) => proxy.drop(ms)));
    },
    // Not the first node, which the checks ask.
    async restartEngine(random) {
      const node = others[random.whole(0, others.length - 1)] as Node;
      await node.kill();
      await node.start();
    },
    async close() {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await swarm.down();
    },
  };
}

interface SwarmService {
  Spec: { Name: string; TaskTemplate: { ContainerSpec: { Env?: string[] } } };
  ServiceStatus: { RunningTasks: number; DesiredTasks: number };
}
