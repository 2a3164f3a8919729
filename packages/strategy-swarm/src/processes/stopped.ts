import type { ServiceSpec } from "@openfactory/docker-engine";
import { STOPPED_LABEL } from "@openfactory/docker-translators";

/** The number of replicas that a stopped service had; undefined if it is not stopped. */
export function stoppedReplicas({ Labels, Mode }: ServiceSpec): number | undefined {
  const recorded = Labels?.[STOPPED_LABEL];
  // Another tool may have scaled it since.
  return recorded === undefined || Mode?.Replicated?.Replicas !== 0 ? undefined : Number(recorded);
}

export const isStopped = (spec: ServiceSpec): boolean => stoppedReplicas(spec) !== undefined;

/** The spec of a replicated service without its tasks. The label records how many it had. */
export const asStopped = (spec: ServiceSpec, replicas: number): ServiceSpec => ({
  ...spec,
  Labels: { ...spec.Labels, [STOPPED_LABEL]: String(replicas) },
  Mode: { Replicated: { ...spec.Mode?.Replicated, Replicas: 0 } },
});

/** The spec of a service as it runs: the same one if it is not stopped. */
export function asStarted(spec: ServiceSpec): ServiceSpec {
  if (spec.Labels?.[STOPPED_LABEL] === undefined) return spec;
  const { [STOPPED_LABEL]: _, ...Labels } = spec.Labels;
  const Replicas = stoppedReplicas(spec);
  return {
    ...spec,
    Labels,
    ...(Replicas !== undefined && { Mode: { Replicated: { ...spec.Mode?.Replicated, Replicas } } }),
  };
}

/** Raises the swarm's counter of forced updates (Engine API, TaskSpec.ForceUpdate). */
export const withForceUpdate = (spec: ServiceSpec): ServiceSpec => {
  const { ForceUpdate = 0 } = spec.TaskTemplate;
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: ForceUpdate + 1 } };
};
