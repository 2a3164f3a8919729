import type { NormalizedRequest } from "@openfactory/deploy-core";

/**
 * `env` to `Env` of ContainerConfig, and of ContainerSpec: as it is, in its order. A swarm expands Go templates in the
 * values; what `templates` says of them is done before (`withEscapedTexts`).
 */
export const toEnv = (request: Pick<NormalizedRequest, "env">): { Env: string[] } => ({ Env: [...request.env] });
