import type { DeployRequest, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { TEST_IMAGE } from "@openfactory/test-engine";
import type { Bench } from "../bench.ts";
import type { BenchEngine } from "../bench-engine.ts";
import { containerBody, names, serviceSpec } from "../files.ts";
import { RawClient, timed } from "../raw-client.ts";
import type { Workload } from "../workload.ts";

const SERVICES = 200;
const CONTAINERS = 5;

/** The library without the command: milliseconds for each deploy, in sequence on one open connection. */
export function callWorkloads({ engine }: Bench): Workload[] {
  if (engine === undefined) return [{ part: "calls", name: "library deploy", contenders: {}, skip: "no engine" }];
  return [onSwarm(engine), onDocker(engine)];
}

const request = (name: string, replicas: number): DeployRequest => ({
  name,
  image: TEST_IMAGE,
  command: ["sleep", "3600"],
  env: ["KIND=bench", `NUMBER=${name.slice(4)}`, "TAG=old"],
  resources: { Limits: { NanoCPUs: 500_000_000, MemoryBytes: 64 * 1024 ** 2 } },
  mode: { Replicated: { Replicas: replicas } },
});

function onSwarm(engine: BenchEngine): Workload {
  const load = { count: SERVICES, replicas: 0 };
  const client = new RawClient(engine.host, engine.apiVersion);
  const strategy = new SwarmDeploymentStrategy(createEngine({ host: engine.host }));
  const before = async (): Promise<void> => {
    for (const { ID } of await client.call("GET", "/services")) await client.call("DELETE", `/services/${ID}`);
    await warm(strategy, client, (name) => client.call("DELETE", `/services/${name}`), 0);
  };
  return {
    part: "calls",
    name: `library deploy on Swarm, each of ${SERVICES}`,
    contenders: {
      ours: {
        label: "SwarmDeploymentStrategy.deploy",
        before,
        run: async () =>
          (await timed(() => sequentially(names(load), (name) => strategy.deploy(request(name, 0))))) / SERVICES,
      },
      floor: {
        label: "POST /services/create",
        before,
        run: async () =>
          (await timed(() =>
            sequentially(names(load), (name) =>
              client.call("POST", "/services/create", serviceSpec(Number(name.slice(4)), load)),
            ),
          )) / SERVICES,
      },
    },
  };
}

function onDocker(engine: BenchEngine): Workload {
  const load = { count: CONTAINERS, replicas: 1 };
  const client = new RawClient(engine.host, engine.apiVersion);
  const strategy = new LocalDockerDeploymentStrategy(createEngine({ host: engine.host }));
  const before = async (): Promise<void> => {
    for (const { Id } of await client.call("GET", "/containers/json?all=1"))
      await client.call("DELETE", `/containers/${Id}?force=1`);
    await warm(strategy, client, (name) => client.call("DELETE", `/containers/${name}?force=1`), 1);
  };
  return {
    part: "calls",
    name: `library deploy on local Docker, each of ${CONTAINERS}`,
    contenders: {
      ours: {
        label: "LocalDockerDeploymentStrategy.deploy",
        before,
        run: async () =>
          (await timed(() => sequentially(names(load), (name) => strategy.deploy(request(name, 1))))) / CONTAINERS,
      },
      floor: {
        label: "POST /containers/create, /start",
        before,
        run: async () =>
          (await timed(() =>
            sequentially(names(load), async (name) => {
              const { Id } = await client.call(
                "POST",
                `/containers/create?name=${name}`,
                containerBody(Number(name.slice(4)), load),
              );
              await client.call("POST", `/containers/${Id}/start`);
            }),
          )) / CONTAINERS,
      },
    },
  };
}

/** Deploys once, so that connections are open and the API version is negotiated. */
async function warm(
  strategy: OpenFactoryServiceDeploymentStrategy,
  client: RawClient,
  remove: (name: string) => Promise<unknown>,
  replicas: number,
): Promise<void> {
  await strategy.deploy(request("warm-up", replicas));
  await client.call("GET", "/info");
  await remove("warm-up");
}

async function sequentially(items: readonly string[], work: (item: string) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item);
}
