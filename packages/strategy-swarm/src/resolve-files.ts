import { DeploymentError, type FileReference, type NormalizedRequest } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, NamedResources } from "@openfactory/docker-engine";

/** Ids by name: a service refers to secrets and configs by both (Engine API, ContainerSpec.Secrets). */
export interface ResolvedFiles {
  secrets: Record<string, string>;
  configs: Record<string, string>;
}

/** Looks up the secrets and configs of a request, in one call for each kind that it has. @throws DeploymentError `NOT_FOUND`. */
export async function resolveFiles(
  engine: DockerEngine,
  request: NormalizedRequest,
  options: CallOptions,
): Promise<ResolvedFiles> {
  const [secrets, configs] = await Promise.all([
    idsOf("secret", engine.secrets, request.secrets, request.name, options),
    idsOf("config", engine.configs, request.configs, request.name, options),
  ]);
  return { secrets, configs };
}

async function idsOf(
  kind: "secret" | "config",
  resources: NamedResources,
  files: readonly FileReference[] = [],
  service: string,
  options: CallOptions,
): Promise<Record<string, string>> {
  if (files.length === 0) return {};
  const names = [...new Set(files.map(({ name }) => name))];
  const found = await resources.list({ name: names }, options);
  const ids = Object.fromEntries(found.map(({ ID, Spec }) => [Spec.Name, ID]));
  const missing = names.filter((name) => ids[name] === undefined);
  if (missing.length === 0) return ids;
  throw new DeploymentError("NOT_FOUND", `There is no ${kind} ${missing.join(", ")} on the swarm.`, {
    service,
    field: `${kind}s`,
    hint: `Create it first, with \`docker ${kind} create\`.`,
  });
}
