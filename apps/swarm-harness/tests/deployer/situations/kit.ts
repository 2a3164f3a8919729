import type { DeployRequest, OpenFactoryServiceDeploymentStrategy, ResourceSpec } from "@openfactory/deploy-core";
import type { UpOptions } from "@openfactory/deployer";
import type { DesiredApp, DesiredDependency, DesiredProject, DesiredResource } from "@openfactory/deployer";

/** What an app of a situation is to be. */
interface AppSpec {
  /** Told by an environment variable. Default 1. */
  version?: number;
  /** `runs` (default), `fails` with exit code 3 as it starts, `ends` with 0. */
  does?: "runs" | "fails" | "ends";
  /** Apps that must be ready first. */
  dependsOn?: readonly string[];
  /** Joins the network that the situation makes. */
  joins?: boolean;
  /** Uses the config of that content, which the situation makes. */
  config?: string;
  more?: Partial<DeployRequest>;
}

/** What the situations need of a platform, in its own way. */
export interface Kit {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  /** The project's name: nobody else's on that engine. */
  readonly project: string;
  /** Time limits that fit it. */
  readonly options?: Pick<UpOptions, "settleMs" | "timeoutMs">;
  /** What every request has: an image that is there, and the like. */
  readonly request: Omit<DeployRequest, "name">;
  /** Makes the process do so. */
  readonly commands: Readonly<Record<NonNullable<AppSpec["does"]>, readonly string[]>>;
  /** The version that is there, as the platform itself tells it; 0: there is no such service. */
  versionOf(service: string): Promise<number>;
  /** Ends a service's processes, as somebody does by hand; left out where the platform starts them again by itself. */
  stop?(service: string): Promise<void>;
  /** Removes a network that services are attached to, and creates it again with the same labels; left out where that can't be. */
  recreateNetwork?(name: string): Promise<void>;
  /** Creates a second network of that name; left out where that can't be. */
  twinNetwork?(name: string): Promise<void>;
}

/** What a file says of its network. */
type NetworkSpec = Partial<
  Pick<Extract<ResourceSpec, { kind: "network" }>, "internal" | "attachable" | "driverOptions" | "labels">
>;

/** A name of the situation's own, of a service or a resource. */
export const nameOf = ({ project }: Pick<Kit, "project">, name: string): string => `${project}-${name}`;

function appOf(kit: Kit, name: string, { version = 1, does = "runs", ...spec }: AppSpec = {}): DesiredApp {
  const { dependsOn = [], joins, config, more } = spec;
  const service = nameOf(kit, name);
  return {
    key: name,
    service,
    request: {
      ...kit.request,
      name: service,
      command: kit.commands[does],
      env: [`VERSION=${version}`],
      ...(joins && { networks: [nameOf(kit, "net")] }),
      ...(config !== undefined && { configs: [{ name: nameOf(kit, `conf-${config}`), target: "/conf" }] }),
      ...more,
      labels: { ...kit.request.labels, ...more?.labels },
    },
    dependsOn: dependsOn.map((other): DesiredDependency => ({
      service: nameOf(kit, other),
      condition: "service_healthy",
    })),
  };
}

const networkOf = (kit: Kit, { labels, ...spec }: NetworkSpec = {}): DesiredResource => ({
  key: "net",
  spec: { kind: "network", name: nameOf(kit, "net"), ...spec, labels: { ...kit.request.labels, ...labels } },
});

const configOf = (kit: Kit, content: string): DesiredResource => ({
  key: "conf",
  spec: {
    kind: "config",
    name: nameOf(kit, `conf-${content}`),
    labels: kit.request.labels,
    content: new TextEncoder().encode(content),
  },
});

/** A file: apps by name, and what is made for them. */
export interface File {
  apps: Readonly<Record<string, AppSpec>>;
  network?: boolean | NetworkSpec;
  /** Content of the config. */
  config?: string;
}

export const projectOf = (kit: Kit, { apps, network = false, config }: File): DesiredProject => ({
  project: kit.project,
  apps: Object.entries(apps).map(([name, spec]) => appOf(kit, name, spec)),
  resources: [
    ...(network === false ? [] : [networkOf(kit, network === true ? {} : network)]),
    ...(config === undefined ? [] : [configOf(kit, config)]),
  ],
});
