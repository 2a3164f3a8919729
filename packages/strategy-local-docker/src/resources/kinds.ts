import {
  DeploymentError,
  type ListResourcesOptions,
  type OperationOptions,
  type Resource,
  type ResourceKind,
  type ResourceSpec,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { networkKind } from "./networks.js";
import { volumeKind } from "./volumes.js";

/** What a single engine has of one kind of resources. */
export interface Kind<Spec extends ResourceSpec = ResourceSpec> {
  list(engine: DockerEngine, options: Pick<ListResourcesOptions, "labels" | "foreign" | "signal">): Promise<Resource[]>;
  /** @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`. */
  create(engine: DockerEngine, spec: Spec, options: OperationOptions): Promise<Resource>;
  /** @throws DeploymentError `NOT_FOUND`. */
  find(engine: DockerEngine, name: string, options: OperationOptions): Promise<Resource>;
  remove(engine: DockerEngine, id: string, options: OperationOptions): Promise<void>;
  /** Whether the engine refuses to remove it because something uses it. */
  isInUse(error: unknown): boolean;
  /** The names of the containers that use it. */
  users(engine: DockerEngine, id: string, options: OperationOptions): Promise<string[]>;
}

const KINDS = { network: networkKind, volume: volumeKind };

/** By name. Configs and secrets take a swarm. */
export const resourceKinds = ["network", "volume"] as const satisfies readonly ResourceKind[];

/** @throws DeploymentError `UNSUPPORTED`. */
export function kindOf(kind: ResourceKind): Kind {
  if (Object.hasOwn(KINDS, kind)) return KINDS[kind as keyof typeof KINDS] as Kind;
  throw new DeploymentError("UNSUPPORTED", `A single engine has no ${kind}s: they take a swarm.`, {
    hint: `Deploy on the platform swarm, or do without the ${kind}.`,
  });
}
