import {
  DeploymentError,
  type OperationOptions,
  type Resource,
  type ResourceSpec,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { type DockerEngine, invalidResourceName, volumeUsers } from "@openfactory/docker-engine";
import { fileVolumeName, parseFileVolume, withoutStrategyLabels } from "@openfactory/docker-translators";
import { checkContent, listFiles, removeFile, type StoredFile, storeFile } from "./file-volumes.js";

type Kind = "secret" | "config";
type FileSpec = Extract<ResourceSpec, { kind: Kind }>;

/** The names that a swarm accepts (swarmkit), so that a file deploys on both platforms. */
const NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,62}[a-zA-Z0-9])?$/;

/** The secrets and configs among stored files. Copies for other owners and modes are not resources. */
export const fileResources = (files: readonly StoredFile[]): Resource[] =>
  files.flatMap(({ volume, labels, incomplete }) => {
    const file = parseFileVolume(volume);
    if (file === undefined || volume !== fileVolumeName(file.kind, { name: file.name })) return [];
    const { kind, name } = file;
    return [{ kind, name, id: volume, labels: withoutStrategyLabels(labels), ...(incomplete && { incomplete }) }];
  });

/**
 * Stores a secret or config.
 * @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`, `ABORTED`. After an error, nothing is left behind.
 */
export async function createFile(
  engine: DockerEngine,
  spec: FileSpec,
  { signal }: OperationOptions,
): Promise<Resource> {
  const { kind, name, content, labels } = spec;
  throwIfAborted(signal);
  if (!NAME.test(name)) throw invalidResourceName(spec);
  checkContent(kind, name, content);
  const volume = fileVolumeName(kind, { name });
  if (await storeFile(engine, { volume, content, labels }, signal))
    return { kind, name, id: volume, labels: { ...labels } };
  throw new DeploymentError("ALREADY_EXISTS", `A ${kind} named ${name} already exists.`, {
    field: "name",
    hint: `Mark the ${kind} external to use it, choose another name, or remove it: \`docker volume rm ${volume}\`. It was not changed.`,
  });
}

/** @throws DeploymentError `NOT_FOUND`. */
export async function findFile(
  engine: DockerEngine,
  kind: Kind,
  name: string,
  { signal }: OperationOptions,
): Promise<Resource> {
  const volume = fileVolumeName(kind, { name });
  const files = NAME.test(name) ? fileResources(await listFiles(engine, { name: volume, signal })) : [];
  const found = files.find(({ id }) => id === volume);
  if (found !== undefined) return found;
  throw new DeploymentError(
    "NOT_FOUND",
    `There is no ${kind} ${JSON.stringify(name).slice(1, -1)} on ${engine.host}.`,
    {
      hint: `Names must match exactly. \`docker volume ls --filter name=openfactory-${kind}\` lists the existing ones.`,
    },
  );
}

/** Removes the volume of a secret or config, and its copies before it. @throws DeploymentError `CONFLICT` (in use). */
export async function removeStoredFile(
  engine: DockerEngine,
  volume: string,
  { signal }: OperationOptions,
): Promise<void> {
  for (const copy of await copiesOf(engine, volume, { signal })) await removeFile(engine, copy, { signal });
  await removeFile(engine, volume, { signal });
}

/** The names of the containers that use a secret or config, also with another owner or mode. */
export async function fileUsers(engine: DockerEngine, volume: string, { signal }: OperationOptions): Promise<string[]> {
  const volumes = [volume, ...(await copiesOf(engine, volume, { signal }))];
  const users = await Promise.all(volumes.map((each) => volumeUsers(engine, each, { signal })));
  return [...new Set(users.flat())];
}

async function copiesOf(engine: DockerEngine, volume: string, { signal }: OperationOptions): Promise<string[]> {
  const file = parseFileVolume(volume);
  const all = file === undefined ? [] : await listFiles(engine, { name: file.name, signal });
  return all
    .map((other) => ({ volume: other.volume, parsed: parseFileVolume(other.volume) }))
    .filter(({ parsed }) => parsed?.kind === file?.kind && parsed?.name === file?.name)
    .map((other) => other.volume)
    .filter((other) => other !== volume);
}
