import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { type RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  expectedFactory,
  FACTORY,
  factoryVariables,
  type FactoryValues,
  foreignLabels,
  unlessZero,
} from "./support/factory.js";
import { callOfdeploy } from "./support/call-ofdeploy.js";

/** The directory without `one-host`, whose local storage is rejected on a swarm. */
const FILES = ["app_press.yml", "app_hidden.yml", "app_archive.yml", "dev_furnace.yml"].flatMap((file) => [
  "--file",
  `${FACTORY}/${file}`,
]);
const VALUES: FactoryValues = { isDev: false, port: 21_101, agentPort: 21_102, data: "" };

/** The variables that identify replicas. */
const REPLICA_ENV = [
  "SWARM_NODE_HOSTNAME={{.Node.Hostname}}",
  "SWARM_SERVICE_NAME={{.Service.Name}}",
  "SWARM_TASK_ID={{.Task.ID}}",
  "SWARM_TASK_SLOT={{.Task.Slot}}",
];

let swarm: Swarm;
let manager: RawEngine;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, managers: 1, images: [TEST_IMAGE] });
  manager = swarm.nodes[0]!.api;
  await manager.call("POST", "/networks/create", { Name: "parity-net", Driver: "overlay" });
});
afterEach(() => ofdeploy("down", VALUES));
afterAll(() => swarm?.down());

const ofdeploy = (command: string, values: FactoryValues, ...words: string[]) =>
  callOfdeploy(
    [command, ...words, ...FILES, "--platform", "swarm", "--host", swarm.nodes[0]!.host],
    factoryVariables(values),
  );

interface Resources {
  NanoCPUs?: number;
  MemoryBytes?: number;
}

/** The properties of a service, in the format of ExpectedService. */
async function deployed(name: string): Promise<object> {
  const { Spec } = await manager.call("GET", `/services/${name}`);
  const { ContainerSpec, Resources, Placement, Networks = [] } = Spec.TaskTemplate;
  const networks: { Id: string; Name: string }[] = await manager.call("GET", "/networks");
  const ports = (Spec.EndpointSpec?.Ports ?? []) as { PublishedPort: number; TargetPort: number }[];
  const amounts = ({ NanoCPUs: cpus, MemoryBytes: memory }: Resources = {}) => unlessZero({ cpus, memory });
  return {
    image: ContainerSpec.Image,
    user: ContainerSpec.User,
    env: (ContainerSpec.Env as string[]).filter((entry) => !entry.startsWith("AGENT_CFG_FILE=")).sort(),
    labels: foreignLabels(Spec.Labels),
    mounts: (
      (ContainerSpec.Mounts ?? []) as {
        Type: string;
        Source: string;
        Target: string;
        VolumeOptions: { DriverConfig: object };
      }[]
    ).map(({ Type, Source, Target, VolumeOptions: { DriverConfig } }) => ({
      Type,
      Source,
      Target,
      VolumeOptions: { DriverConfig },
    })),
    networks: Networks.map(({ Target }: { Target: string }) => networks.find(({ Id }) => Id === Target)?.Name),
    ports: Object.fromEntries(ports.map(({ PublishedPort, TargetPort }) => [PublishedPort, TargetPort])),
    limits: amounts(Resources?.Limits),
    reservations: amounts(Resources?.Reservations),
    openFiles: ContainerSpec.Ulimits,
    constraints: Placement?.Constraints ?? [],
    replicas: Spec.Mode.Replicated.Replicas,
  };
}

// The archive has 0 replicas, because NFS needs a server. The service still has the whole request.
test.each([
  ["the default environment", false],
  ["OPENFACTORY_ENV=dev", true],
])("the services match OpenFactory's deployment, in %s", async (_, isDev) => {
  const values = { ...VALUES, isDev };
  const up = await ofdeploy("up", values, "--no-wait");
  expect(up, up.stderr).toMatchObject({ code: 0 });

  const { "parity-recorder": _recorder, ...services } = expectedFactory(values);
  for (const [name, { isApp, ...expected }] of Object.entries(services)) {
    const {
      openFiles,
      env,
      mounts = [],
      ports = {},
      limits = {},
      reservations = {},
      constraints = [],
      ...same
    } = expected;
    const replicaEnv = isApp ? [...REPLICA_ENV, `SWARM_REPLICAS=${expected.replicas}`] : [];
    expect(await deployed(name), name).toEqual({
      ...same,
      env: [...env, ...replicaEnv].sort(),
      mounts,
      ports,
      limits,
      reservations,
      openFiles: openFiles && [{ Name: "nofile", Soft: openFiles, Hard: openFiles }],
      constraints,
    });
  }
  const { Spec } = await manager.call("GET", "/services/parity-furnace-agent");
  const config: string = Spec.TaskTemplate.ContainerSpec.Env.find((entry: string) =>
    entry.startsWith("AGENT_CFG_FILE="),
  );
  expect(config).toContain("Host = parity-furnace-adapter");
  expect(
    (await manager.call("GET", "/services")).map(({ Spec: { Name } }: { Spec: { Name: string } }) => Name).sort(),
  ).toEqual(Object.keys(services).sort());
});
