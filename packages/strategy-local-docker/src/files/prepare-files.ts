import { DeploymentError, type NormalizedRequest, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { fileVolumeName, type Mountpoints, referencedFiles } from "@openfactory/docker-translators";
import { listFiles, readFile, type StoredFile, storeFile } from "./file-volumes.js";

type FilesRequest = Pick<NormalizedRequest, "name" | "secrets" | "configs">;

/**
 * Finds the volumes of the secrets and configs of a request, in one call. Owner and mode belong to a reference: for a reference
 * with others than the default, copies the file into a separate volume, unless that exists.
 * @returns the mountpoints of the volumes.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function prepareFiles(
  engine: DockerEngine,
  request: FilesRequest,
  { signal }: OperationOptions,
): Promise<Mountpoints> {
  const files = referencedFiles(request);
  if (files.length === 0) return {};
  const existing = byVolume(await listFiles(engine, { signal }));
  const [missing] = missingFiles(request, existing, engine.host);
  if (missing !== undefined) {
    const { message, field, hint } = missing;
    throw new DeploymentError("NOT_FOUND", `${message}.`, { service: request.name, field, hint });
  }
  const copies = files.filter(({ kind, reference }) => !isStored(existing, fileVolumeName(kind, reference)));
  for (const { kind, reference } of copies) {
    const source = fileVolumeName(kind, { name: reference.name });
    const content = await readFile(engine, source, signal);
    await storeFile(engine, { volume: fileVolumeName(kind, reference), content, labels: {} }, signal);
  }
  const stored = copies.length === 0 ? existing : byVolume(await listFiles(engine, { signal }));
  return Object.fromEntries([...stored.values()].map(({ volume, mountpoint }) => [volume, mountpoint]));
}

const byVolume = (files: readonly StoredFile[]): ReadonlyMap<string, StoredFile> =>
  new Map(files.map((file) => [file.volume, file]));

const isStored = (files: ReadonlyMap<string, StoredFile>, volume: string): boolean =>
  files.get(volume)?.incomplete === false;

/** A secret or config of a request that the engine does not have. */
export interface MissingFile {
  /** `secrets[0]` */
  field: string;
  /** Without its period. */
  message: string;
  hint: string;
}

/** The secrets and configs of a request that the engine does not have, or has not completely. */
export function missingFiles(
  request: Pick<NormalizedRequest, "secrets" | "configs">,
  files: ReadonlyMap<string, StoredFile>,
  host: string,
): MissingFile[] {
  return referencedFiles(request).flatMap(({ kind, field, reference: { name } }) => {
    const volume = fileVolumeName(kind, { name });
    const found = files.get(volume);
    if (found?.incomplete === false) return [];
    const message =
      found === undefined
        ? `There is no ${kind} ${name} on ${host}`
        : `The ${kind} ${name} on ${host} is incomplete: its creation was interrupted`;
    const hint = `Declare the ${kind} in the file with its content instead of external, which stores it in the volume ${volume}.`;
    return [{ field, message, hint }];
  });
}
