import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { InspectedContainer, ImageConfig } from "../engine-api/container-types.js";
import type { ContainerSpec, ServiceSpec } from "../engine-api/service-types.js";
import { REPLICA_ENV_LABEL } from "../strategy-labels.js";

/** `env` to `Env` of ContainerConfig, unchanged and in its order. */
export const toEnv = (request: Pick<NormalizedRequest, "env">): { Env: string[] } => ({ Env: [...request.env] });

/** `Env` of ContainerConfig to `env`: sorted, without the entries of the image. */
export function fromContainerEnv({ Env }: InspectedContainer["Config"], image: ImageConfig): string[] {
  const inherited = new Set(image.Env);
  return (Env ?? []).filter((entry) => !inherited.has(entry)).sort();
}

/**
 * `env` and `replicaEnv` to `Env` of ContainerSpec. A swarm expands Go templates in the values; `withEscapedTemplates`
 * applies `templates` before.
 */
export function toServiceEnv(
  request: Pick<NormalizedRequest, "env" | "replicaEnv" | "mode">,
): Pick<ContainerSpec, "Env"> {
  if (!request.replicaEnv) return toEnv(request);
  const { own, added } = splitEnv(request);
  return { Env: [...own, ...added] };
}

/** The variable that holds the number of replicas. */
export const REPLICAS_VARIABLE = "SWARM_REPLICAS";

/** Swarm expands these templates when it starts a task. The slot of a global service's task is the ID of its node. */
const TEMPLATES: readonly string[] = [
  "SWARM_TASK_SLOT={{.Task.Slot}}",
  "SWARM_TASK_ID={{.Task.ID}}",
  "SWARM_SERVICE_NAME={{.Service.Name}}",
  "SWARM_NODE_HOSTNAME={{.Node.Hostname}}",
];

const nameOf = (entry: string): string => entry.slice(0, entry.indexOf("="));

/** The variables that `replicaEnv` adds on Swarm. */
export const REPLICA_VARIABLES: readonly string[] = [...TEMPLATES.map(nameOf), REPLICAS_VARIABLE];

/** Whether an entry of `env` is one of the templates that `replicaEnv` adds. */
export const isReplicaEntry = (entry: string): boolean => TEMPLATES.includes(entry);

/** `replicaEnv` to the label of a service that lists the variables it adds. */
export const toReplicaEnvLabel = (
  request: Pick<NormalizedRequest, "env" | "replicaEnv" | "mode">,
): Record<string, string> =>
  request.replicaEnv ? { [REPLICA_ENV_LABEL]: splitEnv(request).added.map(nameOf).join(" ") } : {};

/** The label of a service to `replicaEnv`. */
export const fromReplicaEnvLabel = (
  labels: Readonly<Record<string, string>> | null | undefined,
): Pick<ServiceSettings, "replicaEnv"> => (labels?.[REPLICA_ENV_LABEL] === undefined ? {} : { replicaEnv: true });

interface SplitEnv {
  /** The entries of the request that stay. */
  own: string[];
  added: string[];
}

/**
 * The entries of a service with `replicaEnv`. A variable that `env` sets to another value keeps that value. An entry of
 * `env` that equals an added one counts as added, so that settings read from a service make the same service again.
 */
function splitEnv({ env, mode }: Pick<NormalizedRequest, "env" | "mode">): SplitEnv {
  const replicas = replicaCount(mode);
  const all = replicas === undefined ? TEMPLATES : [...TEMPLATES, `${REPLICAS_VARIABLE}=${replicas}`];
  const own = env.filter((entry) => !all.includes(entry));
  const kept = new Set(own.map(nameOf));
  return { own, added: all.filter((entry) => !kept.has(nameOf(entry))) };
}

/** The number of replicas, or of a job's tasks; undefined for a global mode, where the number of nodes decides. */
function replicaCount(mode: NormalizedRequest["mode"] = { Replicated: { Replicas: 1 } }): number | undefined {
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  if ("ReplicatedJob" in mode) return mode.ReplicatedJob.TotalCompletions ?? mode.ReplicatedJob.MaxConcurrent ?? 1;
  return undefined;
}

/** The spec with `replicas` in the variable that holds the number of replicas, if `replicaEnv` added that variable. */
export function withReplicasVariable(spec: ServiceSpec, replicas: number): ServiceSpec {
  if (!spec.Labels?.[REPLICA_ENV_LABEL]?.split(" ").includes(REPLICAS_VARIABLE)) return spec;
  const { ContainerSpec } = spec.TaskTemplate;
  if (!ContainerSpec) return spec;
  const Env = (ContainerSpec.Env ?? []).map((entry) =>
    entry.startsWith(`${REPLICAS_VARIABLE}=`) ? `${REPLICAS_VARIABLE}=${replicas}` : entry,
  );
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...ContainerSpec, Env } } };
}
