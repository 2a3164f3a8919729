import { randomUUID } from "node:crypto";
import { DeploymentError, sleep, throwIfAborted } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  ifExists,
  labelFilter,
  type VolumeDetails,
} from "@openfactory/docker-engine";
import {
  CONTENT_FILE,
  FILE_VOLUME_LABEL,
  fillingMarker,
  OPERATION_LABEL,
  parseFileVolume,
  parseFillingMarker,
} from "@openfactory/docker-translators";
import { archiveOf, contentOf } from "./archive.js";

/**
 * A volume that stores a secret or config.
 *
 * A client can't write to a volume itself: the engine unpacks an archive in a container that has the volume and never starts,
 * from an image that is imported for it. While these exist, a second, empty volume marks the first as incomplete, so that an
 * interrupted run leaves no volume that looks complete.
 */
export interface StoredFile {
  /** The name of the volume. */
  volume: string;
  labels: Readonly<Record<string, string>>;
  /** The directory on the engine's host. */
  mountpoint: string;
  /** It is being filled, or that was interrupted. */
  incomplete: boolean;
}

/** The volumes of secrets and configs among the volumes of an engine, also of those of which only the mark exists. */
export function storedFiles(volumes: readonly VolumeDetails[]): StoredFile[] {
  const byName = new Map(volumes.map((volume) => [volume.Name, volume]));
  const marked = volumes.flatMap(({ Name }) => parseFillingMarker(Name) ?? []);
  const names = new Set([...byName.keys(), ...marked].filter((name) => parseFileVolume(name) !== undefined));
  return [...names].map((volume) => {
    const marker = byName.get(fillingMarker(volume));
    const { Labels, Mountpoint = "" } = byName.get(volume) ?? marker ?? {};
    return { volume, labels: Labels ?? {}, mountpoint: Mountpoint, incomplete: marker !== undefined };
  });
}

/** All volumes of secrets and configs, or those that store one file. The engine's filter matches parts of names. */
export const listFiles = async (
  engine: DockerEngine,
  { signal, name = "openfactory-" }: CallOptions & { name?: string },
): Promise<StoredFile[]> => storedFiles(await engine.volumes.list({ name: [name] }, { signal }));

/** The file to store in a volume. */
interface NewFile {
  volume: string;
  content: Uint8Array;
  /** Added to the strategy's own. */
  labels: Readonly<Record<string, string>>;
}

/** How long another process may take to fill a volume, until it counts as interrupted. An overloaded engine needs 10 s. */
const FILLING_TIMEOUT_MS = 30_000;
const RETRY_MS = 100;

/** How often the removal of the remains of an interrupted creation may fail: other processes may remove them at the same time. */
const MAX_FAILED_REMOVALS = 10;

/**
 * Creates a volume with a file. If that fails, or the signal fires, removes everything that it created. Removes the remains of
 * an interrupted creation first.
 * @returns false if the volume exists; it is unchanged.
 */
export async function storeFile(engine: DockerEngine, file: NewFile, signal?: AbortSignal): Promise<boolean> {
  const { volume } = file;
  const operation = await claim(engine, file, signal);
  if (operation === undefined) return false;
  try {
    throwIfAborted(signal);
    await engine.volumes.create({ Name: volume, Driver: "local", Labels: ownLabels(file) });
    const { uid = "0", gid = "0", mode = 0 } = parseFileVolume(volume) ?? {};
    const archive = archiveOf({ path: CONTENT_FILE, uid: Number(uid), gid: Number(gid), mode, content: file.content });
    throwIfAborted(signal);
    // Podman gives the file to the container's user.
    await withHelper(engine, volume, { user: `${uid}:${gid}` }, (id) =>
      engine.containers.putArchive(id, FOLDER, archive),
    );
    throwIfAborted(signal);
  } catch (error) {
    // The first error says what happened. What remains is removed by the next creation or removal.
    await removeClaimed(engine, volume, operation).catch(() => undefined);
    throw error;
  }
  await ifExists(engine.volumes.remove(fillingMarker(volume)));
  return true;
}

/** The content of a volume. Never logged: it goes to another volume of the same engine only. */
export async function readFile(engine: DockerEngine, volume: string, signal?: AbortSignal): Promise<Uint8Array> {
  throwIfAborted(signal);
  const archive = await withHelper(engine, volume, { readOnly: true }, (id) =>
    engine.containers.getArchive(id, `${FOLDER}/${CONTENT_FILE}`),
  );
  return contentOf(archive);
}

/** Removes a volume, the remains of an interrupted creation, and the mark. @throws DeploymentError `CONFLICT` (in use). */
export async function removeFile(engine: DockerEngine, volume: string, options: CallOptions = {}): Promise<void> {
  await removeHelpers(engine, volume, options);
  await ifExists(engine.volumes.remove(volume, options));
  await ifExists(engine.volumes.remove(fillingMarker(volume), options));
}

/**
 * Creates the mark of a volume. The engine creates volumes of one name in sequence, and answers later requests with the existing
 * one, as for locks.
 * @returns the operation that owns the mark; undefined if the volume exists and is complete.
 */
async function claim(engine: DockerEngine, file: NewFile, signal?: AbortSignal): Promise<string | undefined> {
  const operation = randomUUID();
  const marker = fillingMarker(file.volume);
  let end = Date.now() + FILLING_TIMEOUT_MS;
  let seen: string | undefined;
  let failedRemovals = 0;
  for (;;) {
    throwIfAborted(signal);
    if (await isComplete(engine, file.volume)) return undefined;
    const Labels = { ...ownLabels(file), [OPERATION_LABEL]: operation };
    const created = await engine.volumes.create({ Name: marker, Driver: "local", Labels });
    const holder = created.Labels?.[OPERATION_LABEL];
    if (holder === operation) return (await isStillFree(engine, file.volume)) ? operation : undefined;
    if (holder !== seen) [seen, end] = [holder, Date.now() + FILLING_TIMEOUT_MS];
    else if (Date.now() > end) {
      try {
        await removeFile(engine, file.volume);
      } catch (error) {
        failedRemovals += 1;
        if (failedRemovals > MAX_FAILED_REMOVALS) throw error;
      }
    }
    await sleep(RETRY_MS, signal);
  }
}

/** Removes an incomplete volume, unless another process has taken it for interrupted and creates it again. */
async function removeClaimed(engine: DockerEngine, volume: string, operation: string): Promise<void> {
  const marker = await ifExists(engine.volumes.inspect(fillingMarker(volume)));
  if (marker?.Labels?.[OPERATION_LABEL] === operation) await removeFile(engine, volume);
}

/** Another process may have completed the volume before its mark was created again. */
async function isStillFree(engine: DockerEngine, volume: string): Promise<boolean> {
  let isFree = false;
  try {
    isFree = (await ifExists(engine.volumes.inspect(volume))) === undefined;
  } finally {
    if (!isFree) await ifExists(engine.volumes.remove(fillingMarker(volume)));
  }
  return isFree;
}

const isComplete = async (engine: DockerEngine, volume: string): Promise<boolean> =>
  (await listFiles(engine, { name: volume })).some((file) => file.volume === volume && !file.incomplete);

const ownLabels = ({ volume, labels }: Pick<NewFile, "volume" | "labels">): Record<string, string> => ({
  ...labels,
  [FILE_VOLUME_LABEL]: volume,
});

/** The directory of an image that is otherwise empty. */
const FOLDER = "/file";
const IMAGE = archiveOf({ path: FOLDER.slice(1), mode: 0o755 });

interface HelperOptions {
  user?: string;
  readOnly?: boolean;
}

/** Creates a container that has the volume in {@link FOLDER}, and removes it afterwards with its image. */
async function withHelper<Result>(
  engine: DockerEngine,
  volume: string,
  { user, readOnly }: HelperOptions,
  work: (container: string) => Promise<Result>,
): Promise<Result> {
  const labels = { [FILE_VOLUME_LABEL]: volume };
  const image = await engine.images.import(IMAGE, { labels });
  try {
    const mount = { Type: "volume" as const, Source: volume, Target: FOLDER, ReadOnly: readOnly };
    const { id } = await engine.containers.create(`openfactory-file-${randomUUID()}`, {
      Image: image,
      // Required, and never run.
      Cmd: ["none"],
      User: user,
      Labels: labels,
      HostConfig: { NetworkMode: "none", Mounts: [mount] },
    });
    try {
      return await work(id);
    } finally {
      await ifExists(engine.containers.remove(id, { force: true }));
    }
  } finally {
    await ifExists(engine.images.remove(image), "IMAGE_NOT_FOUND");
  }
}

async function removeHelpers(engine: DockerEngine, volume: string, options: CallOptions): Promise<void> {
  const filter = labelFilter({ [FILE_VOLUME_LABEL]: volume });
  for (const { Id, Labels } of await engine.containers.list(filter, options)) {
    if (Labels[FILE_VOLUME_LABEL] === volume) await ifExists(engine.containers.remove(Id, { ...options, force: true }));
  }
  for (const id of await engine.images.list(filter, options)) {
    await ifExists(engine.images.remove(id, options), "IMAGE_NOT_FOUND");
  }
}

/** @throws DeploymentError `INVALID_REQUEST` for a size that a swarm does not accept either. */
export function checkContent(kind: keyof typeof MAX_BYTES, name: string, { length }: Uint8Array): void {
  if (length > 0 && length < MAX_BYTES[kind]) return;
  throw new DeploymentError(
    "INVALID_REQUEST",
    `The content of ${kind} ${name} must have at least 1 byte, and less than ${MAX_BYTES[kind] / 1024} KiB.`,
    { field: "content", hint: `Correct the content, or mount a file with mounts. The ${kind} was not created.` },
  );
}

/** The limits of a swarm (swarmkit, MaxSecretSize and MaxConfigSize), so that a file deploys on both platforms. */
const MAX_BYTES = { secret: 500 * 1024, config: 1000 * 1024 } as const;
