import type { NormalizedRequest } from "@openfactory/deploy-core";

/**
 * `env` to `Env` of ContainerConfig, and of ContainerSpec: as it is, in its order.
 *
 * Swarm expands Go templates (`{{.Node.Hostname}}`, `{{.Task.Slot}}`, ...) in the values when a task starts, and a
 * template that is none fails the task; local containers get the text. A `{{` that shall stay one is written
 * `{{"{{"}}` for Swarm. Swarm does the same in `hostname` and in a mount's source, target, volume labels and driver
 * options, and nowhere else: not in labels, command or args.
 */
export const toEnv = (request: Pick<NormalizedRequest, "env">): { Env: string[] } => ({ Env: [...request.env] });
