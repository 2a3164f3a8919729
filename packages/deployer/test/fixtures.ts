import {
  type CapabilityName,
  type DeploymentError,
  type DeployRequest,
  REQUEST_FIELDS,
  type ServiceStatus,
  type StrategyManifest,
} from "@openfactory/deploy-core";
import {
  MemoryDeploymentStrategy,
  MemoryEngine,
  type MemoryOptions,
  type Operation,
} from "@openfactory/strategy-memory";
import type { DesiredApp, DesiredDependency, DesiredProject, DesiredResource } from "../src/model/project.js";

/** Every capability of the strategy in memory that the deployer uses. */
export const ALL: readonly CapabilityName[] = [
  "inspect",
  "list",
  "wait",
  "update",
  "rollback",
  "scale",
  "settings",
  "lock",
  "resources",
  "preflight",
];

/** Few, so that a test names the capability that it is about. */
const FEW: readonly CapabilityName[] = ["inspect", "list", "wait"];

export const newEngine = (): MemoryEngine => new MemoryEngine({ networks: [], onlyMadeFiles: true });

/** The manifest parts that {@link memory} gives a strategy, for subclasses. */
export const testOptions = (
  manifest: Partial<StrategyManifest> = {},
  { failOn, ...options }: MemoryOptions = {},
): MemoryOptions => ({
  supportedFields: [...REQUEST_FIELDS],
  listsSettings: false,
  failOn: { ...failOn },
  ...options,
  manifest: { capabilities: FEW, limitations: [], ...manifest },
});

/** A strategy in memory with few capabilities, that supports every field, and lists no settings. */
export const memory = (
  manifest?: Partial<StrategyManifest>,
  { engine = newEngine(), ...options }: MemoryOptions & { engine?: MemoryEngine } = {},
): MemoryDeploymentStrategy => new MemoryDeploymentStrategy(testOptions(manifest, options), engine);

/** Makes operations on a service fail from now on. Without errors, none fails. */
export const fail = (
  { options }: MemoryDeploymentStrategy,
  service: string,
  errors: Partial<Record<Operation, DeploymentError>>,
): void => {
  options.failOn = { ...options.failOn, [service]: errors };
};

/** The calls that changed something, in order. */
export const changes = ({ calls }: MemoryDeploymentStrategy): string[] =>
  calls.filter((call) => /^(deploy|remove|update|rollback|scale|createResource)/.test(call));

/** An app whose key is its service name with a capital letter first. */
export const app = (
  service: string,
  { dependsOn = [], ...request }: Partial<DeployRequest> & { dependsOn?: DesiredDependency[] } = {},
): DesiredApp => ({
  key: service[0]?.toUpperCase() + service.slice(1),
  service,
  request: { image: "demo:1", name: service, ...request },
  dependsOn,
  location: { file: "openfactory.yml", line: 2, column: 3 },
});

export const project = (...apps: DesiredApp[]): DesiredProject => ({ project: "factory", apps });

/** The part of the project `factory` that one file declares. */
export const fileOf = (
  file: string,
  apps: readonly DesiredApp[],
  { resources = [], directory }: { resources?: readonly DesiredResource[]; directory?: string } = {},
): DesiredProject => ({
  ...project(...apps.map((app) => ({ ...app, file }))),
  files: [file],
  resources: resources.map((resource) => ({ ...resource, file })),
  ...(directory !== undefined && { directory }),
});

/** A config by its key, whose name contains its content. */
export const config = (key: string, text: string): DesiredResource => ({
  key,
  spec: { kind: "config", name: `${key}-${text}`, content: new TextEncoder().encode(text) },
});

export const network = (name: string): DesiredResource => ({ key: name, spec: { kind: "network", name } });

/** Changes the settings of a service as another process does. */
export const changeManually = (
  { engine }: MemoryDeploymentStrategy,
  service: string,
  change: Partial<DeployRequest>,
): void => void engine.put({ ...engine.service(service).request, ...change });

/** A status whose instances all have this number of restarts. @param restarts undefined: none has one. */
export const withRestarts = (status: ServiceStatus, restarts: number | undefined): ServiceStatus => ({
  ...status,
  instances: status.instances.map(({ restarts: _, ...instance }) => ({
    ...instance,
    ...(restarts !== undefined && { restarts }),
  })),
});
