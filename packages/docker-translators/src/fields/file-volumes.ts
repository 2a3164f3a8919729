import { posix } from "node:path";
import type { FileReference, NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import { apiAtLeast, type TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { ContainerMount } from "../engine-api/container-types.js";
import { FILE_DEFAULTS, sortReferences, toFileReference } from "./file-references.js";

/**
 * A volume in which a single engine stores a secret or config: one for each owner and mode, since these belong to a reference.
 * The volume of the default owner and mode is the secret or config itself; the others are copies of it.
 */
export interface FileVolume {
  kind: "secret" | "config";
  name: string;
  uid: string;
  gid: string;
  mode: number;
}

/** The file in each of these volumes. */
export const CONTENT_FILE = "content";

const PREFIX = "openfactory-";

/** The volume that exists while another one is being filled. */
const MARKER_PREFIX = `${PREFIX}filling.`;

/** A secret's name can contain dots and hyphens: what precedes the first dot is fixed. */
const VOLUME_NAME = /^openfactory-(secret|config)(?:-(\d+)-(\d+)-([0-7]+))?\.(.+)$/;

/** The name of the volume with the file of a reference: `openfactory-secret.token`, `openfactory-secret-1000-1000-400.token`. */
export function fileVolumeName(kind: FileVolume["kind"], { name, uid, gid, mode }: FileReference): string {
  const owner = [
    Number(uid ?? FILE_DEFAULTS.UID),
    Number(gid ?? FILE_DEFAULTS.GID),
    (mode ?? FILE_DEFAULTS.Mode).toString(8),
  ];
  const isDefault = owner.join() === DEFAULT_OWNER;
  return `${PREFIX}${[kind, ...(isDefault ? [] : owner)].join("-")}.${name}`;
}

const DEFAULT_OWNER = [FILE_DEFAULTS.UID, FILE_DEFAULTS.GID, FILE_DEFAULTS.Mode.toString(8)].join();

/** The secret or config that a volume stores; undefined for any other volume. */
export function parseFileVolume(volume: string): FileVolume | undefined {
  const [, kind, uid = FILE_DEFAULTS.UID, gid = FILE_DEFAULTS.GID, mode, name] = VOLUME_NAME.exec(volume) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  return {
    kind: kind as FileVolume["kind"],
    name,
    uid,
    gid,
    mode: mode === undefined ? FILE_DEFAULTS.Mode : Number.parseInt(mode, 8),
  };
}

/** The name of the volume that exists while a volume is being filled. */
export const fillingMarker = (volume: string): string => `${MARKER_PREFIX}${volume}`;

/** The name of the volume that is being filled while this one exists; undefined for any other volume. */
export const parseFillingMarker = (name: string): string | undefined =>
  name.startsWith(MARKER_PREFIX) ? name.slice(MARKER_PREFIX.length) : undefined;

/** Whether a volume belongs to a secret or config, so that it is no volume of a user. */
export const isFileVolume = (name: string): boolean =>
  parseFileVolume(name) !== undefined || parseFillingMarker(name) !== undefined;

type FilesField = Pick<NormalizedRequest, "secrets" | "configs">;

const BASE_FOLDERS = { secret: "/run/secrets", config: "/" } as const;

/** Each secret and config of a request, with its position. */
export const referencedFiles = ({ secrets = [], configs = [] }: FilesField) => [
  ...secrets.map((reference, index) => ({ kind: "secret" as const, field: `secrets[${index}]`, reference })),
  ...configs.map((reference, index) => ({ kind: "config" as const, field: `configs[${index}]`, reference })),
];

/** Where the volumes are on the engine's host, by name. */
export type Mountpoints = Readonly<Record<string, string>>;

/** The engine's default, for a body that is compared and not sent. */
const defaultMountpoint = (volume: string): string => `/var/lib/docker/volumes/${volume}/_data`;

/** Where an engine without Subpath mounts the whole volume, so that it knows the volume's users. */
const ANCHOR_FOLDER = "/run/openfactory";

/**
 * `secrets` and `configs` to `Mounts` of HostConfig: read-only files. From API 1.45 a mount can be a file of a volume. Before,
 * the file is bound by its path on the engine's host, and the volume is mounted, too: the engine does not remove it then.
 * @param mountpoints required below API 1.45 for a body that is sent.
 */
export function toFileMounts(
  request: FilesField,
  { apiVersion }: Pick<TranslationContext, "apiVersion">,
  mountpoints: Mountpoints = {},
): ContainerMount[] {
  const files = referencedFiles(request).map(({ kind, reference }) => ({
    volume: fileVolumeName(kind, reference),
    Target: posix.resolve(BASE_FOLDERS[kind], reference.target ?? reference.name),
  }));
  if (apiAtLeast(apiVersion, "1.45")) {
    return files.map(({ volume, Target }) => ({
      ...readOnlyVolume(volume, Target),
      VolumeOptions: { Subpath: CONTENT_FILE },
    }));
  }
  return [
    ...files.map(({ volume, Target }) => ({
      Type: "bind" as const,
      Source: `${mountpoints[volume] ?? defaultMountpoint(volume)}/${CONTENT_FILE}`,
      Target,
      ReadOnly: true,
    })),
    ...[...new Set(files.map(({ volume }) => volume))].map((volume) =>
      readOnlyVolume(volume, `${ANCHOR_FOLDER}/${volume}`),
    ),
  ];
}

const readOnlyVolume = (Source: string, Target: string) =>
  ({ Type: "volume", Source, Target, ReadOnly: true }) as const;

type HostMount = Answered<ContainerMount>;

/** Whether a mount of a container belongs to a secret or config. */
export const isFileMount = (mount: HostMount): boolean => isAnchor(mount) || fileOf(mount) !== undefined;

const isAnchor = ({ Source, Target }: HostMount): boolean =>
  Boolean(Source && parseFileVolume(Source)) && Target === `${ANCHOR_FOLDER}/${Source}`;

function fileOf({ Type, Source, VolumeOptions }: HostMount): FileVolume | undefined {
  if (Type === "volume" && VolumeOptions?.Subpath === CONTENT_FILE) return parseFileVolume(Source ?? "");
  const [, volume = ""] = (Type === "bind" && BOUND_FILE.exec(Source ?? "")) || [];
  return parseFileVolume(volume);
}

const BOUND_FILE = new RegExp(`/([^/]+)/_data/${CONTENT_FILE}$`);

/** The mounts that {@link isFileMount} finds, as `secrets` and `configs`, sorted by name. */
export function fromFileMounts(mounts: readonly HostMount[]): Pick<ServiceSettings, "secrets" | "configs"> {
  const files = mounts.flatMap((mount) => {
    const file = fileOf(mount);
    return file === undefined ? [] : [{ ...file, target: mount.Target ?? "" }];
  });
  const ofKind = (kind: FileVolume["kind"]): FileReference[] =>
    sortReferences(
      files
        .filter((file) => file.kind === kind)
        .map(({ name, uid, gid, mode, target }) =>
          toFileReference(
            name,
            { Name: shortTarget(kind, target), UID: uid, GID: gid, Mode: mode },
            defaultTarget(kind, name),
          ),
        ),
    );
  const [secrets, configs] = [ofKind("secret"), ofKind("config")];
  return { ...(secrets.length > 0 && { secrets }), ...(configs.length > 0 && { configs }) };
}

const defaultTarget = (kind: FileVolume["kind"], name: string): string => (kind === "secret" ? name : `/${name}`);

/** A secret's target is relative to its folder, as on a swarm. */
const shortTarget = (kind: FileVolume["kind"], target: string): string => {
  const folder = `${BASE_FOLDERS.secret}/`;
  return kind === "secret" && target.startsWith(folder) ? target.slice(folder.length) : target;
};
