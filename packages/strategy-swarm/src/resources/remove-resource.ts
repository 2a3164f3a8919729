import {
  DeploymentError,
  type RemoveResourceOptions,
  type Resource,
  type ResourceKind,
  sleep,
} from "@openfactory/deploy-core";
import { type CallOptions, type DockerEngine, engineFault, networkUsers } from "@openfactory/docker-engine";
import { checkKind } from "./kinds.js";
import { findResource } from "./list-resources.js";

const LOOK_EVERY_MS = 200;

/**
 * Removes the resource of exactly that name. Tasks hold networks and volumes for a moment after their service is gone: that
 * is waited for.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (in use still), `UNSUPPORTED`, `ABORTED`.
 */
export async function removeResource(
  engine: DockerEngine,
  kind: ResourceKind,
  name: string,
  { signal, observer, timeoutMs = 10_000 }: RemoveResourceOptions,
): Promise<void> {
  checkKind(kind);
  const end = Date.now() + timeoutMs;
  const found = await findResource(engine, kind, name, { signal });
  if (found === undefined) throw notFound(engine, kind, name);
  observer?.({ type: "step", service: name, step: `remove ${kind}`, id: found.id });
  for (;;) {
    const user = await tryToRemove(engine, found, signal);
    if (user === undefined && !(await lingers(engine, found, { signal }))) return;
    if (Date.now() >= end) throw inUse(found, user, await usersOf(engine, found).catch(() => []));
    await sleep(Math.min(LOOK_EVERY_MS, Math.max(0, end - Date.now())), signal);
  }
}

/** @returns undefined if the swarm, or the node, has it no more; else the engine's error that says what uses it. */
async function tryToRemove(
  engine: DockerEngine,
  resource: Resource,
  signal?: AbortSignal,
): Promise<DeploymentError | undefined> {
  try {
    await destroy(engine, resource, signal);
    return undefined;
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    if (isGone(error)) return undefined;
    if (isUsed(error)) return error;
    throw error;
  }
}

/**
 * The swarm may have a network no more, while the node still has its part of it, for tasks that are being shut down: its
 * name is in use until then.
 */
const lingers = async (engine: DockerEngine, { kind, name, id }: Resource, options: CallOptions): Promise<boolean> =>
  kind === "network" && (await findResource(engine, kind, name, options))?.id === id;

/** For a network that lingers, 404 comes as 500. */
const isGone = (error: DeploymentError): boolean =>
  error.code === "NOT_FOUND" || (error.code === "ENGINE_ERROR" && /not found/i.test(engineFault(error)?.message ?? ""));

/** A volume in use is 409; of the rest, 400 stands for much, and only the words tell. */
const isUsed = (error: DeploymentError): boolean =>
  error.code === "CONFLICT" || /in use|has active endpoints/i.test(engineFault(error)?.message ?? "");

export function destroy(engine: DockerEngine, { kind, id }: Resource, signal?: AbortSignal): Promise<void> {
  switch (kind) {
    case "network":
      return engine.networks.remove(id, { signal });
    case "volume":
      return engine.volumes.remove(id, { signal });
    case "config":
      return engine.configs.remove(id, { signal });
    case "secret":
      return engine.secrets.remove(id, { signal });
  }
}

const notFound = ({ host }: DockerEngine, kind: ResourceKind, name: string): DeploymentError => {
  const where = kind === "volume" ? `the node of ${host}` : `the swarm of ${host}`;
  return new DeploymentError("NOT_FOUND", `There is no ${kind} ${JSON.stringify(name)} on ${where}.`, {
    hint: `Names are exact; \`docker ${kind} ls\` lists what is there.`,
  });
};

/** By names, where the engine's own words are ids. */
async function usersOf(engine: DockerEngine, { kind, name, id }: Resource): Promise<string[]> {
  if (kind === "network") return networkUsers(engine, { id, name });
  if (kind !== "volume") return [];
  const containers = await engine.containers.list({ volume: [name] });
  return containers
    .flatMap(({ Names }) => Names.slice(0, 1))
    .map((container) => `container ${container.replace(/^\//, "")}`)
    .sort();
}

const inUse = (
  { kind, name }: Resource,
  error: DeploymentError | undefined,
  users: readonly string[],
): DeploymentError => {
  const told = users.length > 0 ? `by ${users.join(", ")}` : error && engineFault(error)?.message;
  const words = error === undefined ? "tasks that use it are being shut down" : told;
  return new DeploymentError(
    "CONFLICT",
    `The ${kind} ${name} is in use: ${words ?? "the engine does not say by what"}.`,
    {
      hint:
        error === undefined ? "It goes as they end: try again." : "Remove what uses it first; it was left as it is.",
      cause: error?.cause,
    },
  );
};
