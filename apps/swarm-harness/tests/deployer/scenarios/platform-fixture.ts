import type { DeployRequest, OpenFactoryServiceDeploymentStrategy, ResourceSpec } from "@openfactory/deploy-core";
import type { UpOptions } from "@openfactory/deployer";
import type { DesiredApp, DesiredDependency, DesiredProject, DesiredResource } from "@openfactory/deployer";

/** An app of a scenario. */
interface AppSpec {
  /** In an environment variable. Default 1. */
  version?: number;
  /** `runs` (default), `fails` with exit code 3 as it starts, or `ends` with exit code 0. */
  does?: "runs" | "fails" | "ends";
  /** Apps that must be ready first. */
  dependsOn?: readonly string[];
  /** Joins the network of the scenario. */
  joins?: boolean;
  /** Uses the config with that content. */
  config?: string;
  more?: Partial<DeployRequest>;
}

/** A platform on which scenarios run. */
export interface PlatformFixture {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  /** The project's name, unique on its engine. */
  readonly project: string;
  /** Time limits for the platform. */
  readonly options?: Pick<UpOptions, "settleMs" | "timeoutMs">;
  /** The fields of every request, such as an existing image. */
  readonly request: Omit<DeployRequest, "name">;
  /** The command for each behavior. */
  readonly commands: Readonly<Record<NonNullable<AppSpec["does"]>, readonly string[]>>;
  /** The version that runs, read from the platform itself; 0: no such service. */
  versionOf(service: string): Promise<number>;
  /** Stops a service's processes, as a user does; omitted where the platform restarts them. */
  stop?(service: string): Promise<void>;
  /** Removes a network that services are attached to, and creates it again with the same labels; omitted where impossible. */
  recreateNetwork?(name: string): Promise<void>;
  /** Creates a second network with that name; omitted where impossible. */
  duplicateNetwork?(name: string): Promise<void>;
}

/** The options of a network in a file. */
type NetworkSpec = Partial<
  Pick<Extract<ResourceSpec, { kind: "network" }>, "internal" | "attachable" | "driverOptions" | "labels">
>;

/** The name of a service or resource of the scenario. */
export const nameOf = ({ project }: Pick<PlatformFixture, "project">, name: string): string => `${project}-${name}`;

function toApp(
  fixture: PlatformFixture,
  name: string,
  { version = 1, does = "runs", ...spec }: AppSpec = {},
): DesiredApp {
  const { dependsOn = [], joins, config, more } = spec;
  const service = nameOf(fixture, name);
  return {
    key: name,
    service,
    request: {
      ...fixture.request,
      name: service,
      command: fixture.commands[does],
      env: [`VERSION=${version}`],
      ...(joins && { networks: [nameOf(fixture, "net")] }),
      ...(config !== undefined && { configs: [{ name: nameOf(fixture, `conf-${config}`), target: "/conf" }] }),
      ...more,
      labels: { ...fixture.request.labels, ...more?.labels },
    },
    dependsOn: dependsOn.map((other): DesiredDependency => ({
      service: nameOf(fixture, other),
      condition: "service_healthy",
    })),
  };
}

const toNetwork = (fixture: PlatformFixture, { labels, ...spec }: NetworkSpec = {}): DesiredResource => ({
  key: "net",
  spec: { kind: "network", name: nameOf(fixture, "net"), ...spec, labels: { ...fixture.request.labels, ...labels } },
});

const toConfig = (fixture: PlatformFixture, content: string): DesiredResource => ({
  key: "conf",
  spec: {
    kind: "config",
    name: nameOf(fixture, `conf-${content}`),
    labels: fixture.request.labels,
    content: new TextEncoder().encode(content),
  },
});

/** A file: apps by name, and their resources. */
export interface File {
  apps: Readonly<Record<string, AppSpec>>;
  network?: boolean | NetworkSpec;
  /** Content of the config. */
  config?: string;
}

export const projectOf = (fixture: PlatformFixture, { apps, network = false, config }: File): DesiredProject => ({
  project: fixture.project,
  apps: Object.entries(apps).map(([name, spec]) => toApp(fixture, name, spec)),
  resources: [
    ...(network === false ? [] : [toNetwork(fixture, network === true ? {} : network)]),
    ...(config === undefined ? [] : [toConfig(fixture, config)]),
  ],
});
