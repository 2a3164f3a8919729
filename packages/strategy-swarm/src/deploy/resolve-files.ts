import { DeploymentError, type FileReference, type NormalizedRequest } from "@openfactory/deploy-core";
import { type CallOptions, type DockerEngine, type NamedResources, perEngine } from "@openfactory/docker-engine";
import { BatchPoller, NO_DELAY } from "../observe/batch-poller.js";
import { MAX_FILTER_NAMES } from "../observe/list-named.js";

/** Ids by name: a service refers to secrets and configs by both (Engine API, ContainerSpec.Secrets). */
export interface ResolvedFiles {
  secrets: Record<string, string>;
  configs: Record<string, string>;
}

/** Concurrent lookups share one call. */
const idLookups = (resourcesOf: (engine: DockerEngine) => NamedResources) =>
  perEngine(
    (engine) =>
      new BatchPoller<string, string | undefined>(async (names) => {
        const found = await resourcesOf(engine).list(names.length > MAX_FILTER_NAMES ? {} : { name: [...names] });
        const ids = new Map(found.map(({ ID, Spec }) => [Spec.Name, ID]));
        return (name) => ids.get(name);
      }, NO_DELAY),
  );

const LOOKUPS = {
  secret: idLookups(({ secrets }) => secrets),
  config: idLookups(({ configs }) => configs),
};

/** Looks up the secrets and configs of a request, in one call for each kind that it has. @throws DeploymentError `NOT_FOUND`. */
export async function resolveFiles(
  engine: DockerEngine,
  { name, ...request }: NormalizedRequest,
  options: CallOptions,
): Promise<ResolvedFiles> {
  const [secrets, configs] = await Promise.all([
    idsOf("secret", engine, request.secrets, name, options),
    idsOf("config", engine, request.configs, name, options),
  ]);
  return { secrets, configs };
}

async function idsOf(
  kind: keyof typeof LOOKUPS,
  engine: DockerEngine,
  files: readonly FileReference[] = [],
  service: string,
  { signal }: CallOptions,
): Promise<Record<string, string>> {
  const names = [...new Set(files.map(({ name }) => name))];
  const idOf = (name: string) => LOOKUPS[kind](engine).next(name, { signal, service });
  const ids = await Promise.all(names.map(async (name) => [name, await idOf(name)] as const));
  const missing = ids.filter(([, id]) => id === undefined).map(([name]) => name);
  if (missing.length === 0) return Object.fromEntries(ids.map(([name, id = ""]) => [name, id]));
  throw new DeploymentError("NOT_FOUND", `There is no ${kind} ${missing.join(", ")} on the swarm.`, {
    service,
    field: `${kind}s`,
    hint: `Create it first: \`docker ${kind} create ${missing[0]} FILE\`.`,
  });
}
