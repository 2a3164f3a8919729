import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  requireCapability,
  type ServiceState,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { type Owner, ownerOf } from "../model/labels.js";
import { splitVersions } from "../observe/observe.js";

/** A project with services on an engine. Plain data. */
export interface ProjectSummary {
  project: string;
  platform: string;
  /** Number of services. */
  apps: number;
  /** Number of services that run, or have completed. */
  running: number;
  /** The state of the service that needs attention first: `failed`, `pending`, `stopped`, `running`, `completed`. */
  state: ServiceState;
  /** The files that own services, relative to the project directory. Empty if none is recorded. */
  files: readonly string[];
  /** Absolute path of the project directory, if recorded. */
  directory?: string;
}

/** From the one that needs attention first. */
const STATES: readonly ServiceState[] = ["failed", "pending", "stopped", "running", "completed"];

/**
 * Lists the projects with services on the engine, by name. Projects of one name in two directories are two projects.
 * @throws DeploymentError `UNSUPPORTED` if the strategy can't list services; `ENGINE_UNREACHABLE`, ...
 */
export async function listProjects(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { signal }: OperationOptions = {},
): Promise<ProjectSummary[]> {
  const isRelevant = ({ labels }: Pick<ServiceStatus, "labels">): boolean => ownerOf(labels) !== undefined;
  const services = await requireCapability(strategy, "list").list({ signal, instances: false, isRelevant });
  const { services: found, versions } = splitVersions(services);
  const owned = [...found.values(), ...versions].flatMap((status) => {
    const owner = ownerOf(status.labels);
    return owner === undefined ? [] : [{ status, owner }];
  });
  const groups = Map.groupBy(owned, ({ owner }) => JSON.stringify([owner.project, owner.directory ?? ""]));
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => summarize(members, strategy.manifest.name));
}

function summarize(members: readonly { status: ServiceStatus; owner: Owner }[], platform: string): ProjectSummary {
  const states = new Set(members.map(({ status }) => status.state));
  const [first] = members;
  const directory = first?.owner.directory;
  return {
    project: first?.owner.project ?? "",
    platform,
    apps: members.length,
    running: members.filter(({ status }) => ["running", "completed"].includes(status.state)).length,
    state: STATES.find((state) => states.has(state)) ?? "pending",
    files: [...new Set(members.flatMap(({ owner }) => owner.file ?? []))].sort(),
    ...(directory !== undefined && { directory }),
  };
}
