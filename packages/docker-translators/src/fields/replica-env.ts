import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { ServiceSpec } from "../engine-api/service.js";
import { REPLICA_ENV_LABEL } from "../own-labels.js";

/** The variable that holds the number of replicas. */
export const REPLICAS_VARIABLE = "SWARM_REPLICAS";

/** Swarm expands these templates when it starts a task. A task of a global service has its node's ID for a slot. */
const TEMPLATES: Readonly<Record<string, string>> = {
  SWARM_TASK_SLOT: "{{.Task.Slot}}",
  SWARM_TASK_ID: "{{.Task.ID}}",
  SWARM_SERVICE_NAME: "{{.Service.Name}}",
  SWARM_NODE_HOSTNAME: "{{.Node.Hostname}}",
};

/** The variables that `replicaEnv` adds on Swarm. */
export const REPLICA_VARIABLES: readonly string[] = [...Object.keys(TEMPLATES), REPLICAS_VARIABLE];

export interface ReplicaEnv {
  /** The entries of the request that stay as they are. */
  own: string[];
  /** The entries to add. */
  added: string[];
  /** The names of the variables in `added`. */
  names: string[];
}

/**
 * `replicaEnv` to entries of `Env` of ContainerSpec. A variable that the request's `env` sets to another value keeps that
 * value; an entry that equals the added one is the added one, so that settings read back from a service are a request for
 * the same service.
 */
export function toReplicaEnv({ env, mode }: Pick<NormalizedRequest, "env" | "mode">): ReplicaEnv {
  const replicas = replicasOf(mode);
  const values = { ...TEMPLATES, ...(replicas !== undefined && { [REPLICAS_VARIABLE]: String(replicas) }) };
  const all = Object.entries(values).map(([name, value]) => ({ name, entry: `${name}=${value}` }));
  const own = env.filter((entry) => !all.some((one) => one.entry === entry));
  const kept = new Set(own.map((entry) => entry.slice(0, entry.indexOf("="))));
  const added = all.filter(({ name }) => !kept.has(name));
  return { own, added: added.map(({ entry }) => entry), names: added.map(({ name }) => name) };
}

/** How many replicas there are, or tasks of a job; undefined for a global mode, where the nodes decide. */
function replicasOf(mode: NormalizedRequest["mode"] = { Replicated: { Replicas: 1 } }): number | undefined {
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  if ("ReplicatedJob" in mode) return mode.ReplicatedJob.TotalCompletions ?? mode.ReplicatedJob.MaxConcurrent ?? 1;
  return undefined;
}

/** Whether an entry of `env` is one of the templates that `replicaEnv` adds. */
export const isReplicaEntry = (entry: string): boolean =>
  Object.entries(TEMPLATES).some(([name, template]) => entry === `${name}=${template}`);

/** The label of a service whose replicas get variables to `replicaEnv`. */
export const fromReplicaEnv = (
  labels: Readonly<Record<string, string>> | null | undefined,
): Pick<ServiceSettings, "replicaEnv"> => (labels?.[REPLICA_ENV_LABEL] === undefined ? {} : { replicaEnv: true });

/** The spec with another number of replicas in the variable that holds it, if `replicaEnv` added that variable. */
export function withReplicasVariable(spec: ServiceSpec, replicas: number): ServiceSpec {
  if (!spec.Labels?.[REPLICA_ENV_LABEL]?.split(" ").includes(REPLICAS_VARIABLE)) return spec;
  const { ContainerSpec } = spec.TaskTemplate;
  if (!ContainerSpec) return spec;
  const Env = (ContainerSpec.Env ?? []).map((entry) =>
    entry.startsWith(`${REPLICAS_VARIABLE}=`) ? `${REPLICAS_VARIABLE}=${replicas}` : entry,
  );
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...ContainerSpec, Env } } };
}
