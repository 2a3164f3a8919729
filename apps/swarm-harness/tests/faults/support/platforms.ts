import type { RawEngine } from "@openfactory/test-engine";

/** What exists of a project on an engine: by kind and name, a description without ids and times. */
export type EngineState = Readonly<Record<string, string>>;

/** A platform of the matrix, with its engine. */
export interface FaultPlatform {
  readonly name: string;
  /** Of the engine, as in `DOCKER_HOST`. */
  readonly host: string;
  /** `--platform docker` ... */
  readonly options: readonly string[];
  readonly isSwarm: boolean;
  /** The state of a project, whose name is a part of all names. Its name is left out of the keys. */
  state(project: string): Promise<EngineState>;
  /** Creates a service that ofdeploy did not create. */
  createForeign(name: string, image: string): Promise<void>;
  /** Removes all that is left of a project. */
  sweep(project: string): Promise<void>;
}

const TEST_LABELS = { "org.openfactory.deploy.test": "1" };
const FOREIGN_COMMAND = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"];

type Labels = Readonly<Record<string, string>> | null | undefined;

interface Found {
  kind: string;
  id: string;
  name: string;
  labels: Labels;
  describe?: () => Promise<string>;
}

const versionIn = (env: readonly string[] | null | undefined): string =>
  env?.find((entry) => entry.startsWith("VERSION=")) ?? "no version";

async function findContainers(engine: RawEngine): Promise<Found[]> {
  const listed: { Id: string; Names: string[]; Labels: Labels }[] = await engine.call(
    "GET",
    "/containers/json?all=true",
  );
  return listed
    .filter(({ Labels }) => Labels?.["com.docker.swarm.service.name"] === undefined)
    .map(({ Id, Names, Labels }) => ({
      kind: "containers",
      id: Id,
      name: Names[0]?.slice(1) ?? Id,
      labels: Labels,
      describe: async () => {
        const { State, Config, HostConfig } = (await engine.request("GET", `/containers/${Id}/json`)).body;
        if (State === undefined) return "removed";
        return `${State.Status} ${versionIn(Config.Env)} ${HostConfig.RestartPolicy.Name}`;
      },
    }));
}

async function findNetworksAndVolumes(engine: RawEngine): Promise<Found[]> {
  const networks: { Id: string; Name: string; Labels: Labels }[] = await engine.call("GET", "/networks");
  const { Volumes } = await engine.call("GET", "/volumes");
  const volumes = (Volumes ?? []) as { Name: string; Labels: Labels }[];
  return [
    ...networks.map(({ Id, Name, Labels }) => ({ kind: "networks", id: Id, name: Name, labels: Labels })),
    ...volumes.map(({ Name, Labels }) => ({ kind: "volumes", id: Name, name: Name, labels: Labels })),
  ];
}

interface SwarmObject {
  ID: string;
  Spec: {
    Name: string;
    Labels: Labels;
    Mode?: { Replicated?: { Replicas: number } };
    TaskTemplate?: { ContainerSpec: { Env?: string[] } };
  };
}

async function findSwarmObjects(engine: RawEngine): Promise<Found[]> {
  const kinds = ["services", "configs", "secrets"];
  const lists = await Promise.all(kinds.map((kind): Promise<SwarmObject[]> => engine.call("GET", `/${kind}`)));
  return kinds.flatMap((kind, index) =>
    (lists[index] ?? []).map(({ ID, Spec: { Name, Labels, Mode, TaskTemplate } }) => ({
      kind,
      id: ID,
      name: Name,
      labels: Labels,
      ...(TaskTemplate && {
        describe: async () => `${versionIn(TaskTemplate.ContainerSpec.Env)} replicas=${Mode?.Replicated?.Replicas}`,
      }),
    })),
  );
}

const isOf =
  (project: string) =>
  ({ name, labels }: Found): boolean =>
    name.includes(project) || Object.values(labels ?? {}).some((value) => value.includes(project));

const keyOf = ({ kind, name }: Found, project: string): string =>
  name.startsWith("openfactory-lock-") ? "lock" : `${kind} ${name.replaceAll(project, "PROJECT")}`;

function platformOf(
  given: Pick<FaultPlatform, "name" | "options" | "isSwarm">,
  engine: RawEngine,
  find: () => Promise<Found[]>,
  createForeign: FaultPlatform["createForeign"],
): FaultPlatform {
  const found = async (project: string): Promise<Found[]> => (await find()).filter(isOf(project));
  return {
    ...given,
    host: engine.host,
    async state(project) {
      const described = await Promise.all(
        (await found(project)).map(async (one) => [keyOf(one, project), (await one.describe?.()) ?? "exists"] as const),
      );
      return Object.fromEntries(described.filter(([, text]) => text !== "removed").sort());
    },
    createForeign,
    async sweep(project) {
      for (let attempt = 0; attempt < 40; attempt += 1) {
        const left = await found(project);
        if (left.length === 0) return;
        for (const { kind, id } of left) await engine.request("DELETE", `/${kind}/${id}?force=true`);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    },
  };
}

/** Containers of an engine, Docker's or Podman's. */
export const localPlatform = (name: string, engine: RawEngine): FaultPlatform =>
  platformOf(
    { name, options: ["--platform", "docker"], isSwarm: false },
    engine,
    async () => [...(await findContainers(engine)), ...(await findNetworksAndVolumes(engine))],
    async (service, image) => {
      const body = { Image: image, Entrypoint: FOREIGN_COMMAND, Labels: TEST_LABELS, StopTimeout: 1 };
      const { Id } = await engine.call("POST", `/containers/create?name=${service}`, body);
      await engine.call("POST", `/containers/${Id}/start`);
    },
  );

/** Services of a swarm. */
export const swarmPlatform = (manager: RawEngine): FaultPlatform =>
  platformOf(
    { name: "swarm", options: ["--platform", "swarm"], isSwarm: true },
    manager,
    async () => [...(await findSwarmObjects(manager)), ...(await findNetworksAndVolumes(manager))],
    async (service, image) => {
      const ContainerSpec = { Image: image, Command: FOREIGN_COMMAND };
      await manager.call("POST", "/services/create", {
        Name: service,
        Labels: TEST_LABELS,
        TaskTemplate: { ContainerSpec },
        Mode: { Replicated: { Replicas: 1 } },
      });
    },
  );
