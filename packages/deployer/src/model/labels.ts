import { type AssetReferences, METADATA_LABELS } from "@openfactory/deploy-core";
import type { DesiredApp } from "./project.js";

/** The project of a service or resource. The labels on the engine are the only state: there is no state file. */
export const PROJECT_LABEL = "org.openfactory.deploy.project";

/** The app's name in its file. */
export const APP_LABEL = "org.openfactory.deploy.app";

/** {@link requestHash} of the request that the service was deployed from. */
export const REQUEST_LABEL = METADATA_LABELS.request;

/** Fingerprint of the settings that the service was deployed with. It reveals manual changes. */
export const SETTINGS_LABEL = METADATA_LABELS.settings;

/** Id of the run that created the service or changed it last. */
export const RUN_LABEL = METADATA_LABELS.run;

/** Path of the file that owns the service or resource, relative to the project directory, with `/` between its parts. */
export const FILE_LABEL = METADATA_LABELS.file;

/** Absolute path of the project directory. */
export const DIRECTORY_LABEL = METADATA_LABELS.directory;

/** The project's resources that the service uses, and its volumes: `config/web-conf-1a2b network/factory-net`. */
export const USES_LABEL = METADATA_LABELS.uses;

/** Version of the rules that translated the file to the request: see `DesiredApp.format`. */
export const FORMAT_LABEL = METADATA_LABELS.format;

/** UUID of the asset: of the app, or of the device that the service belongs to. */
export const UUID_LABEL = METADATA_LABELS.uuid;

/** The device's name in its file. */
export const DEVICE_LABEL = METADATA_LABELS.device;

/** The device's references to other assets, as JSON. */
const REFERENCES_LABEL = METADATA_LABELS.references;

export const OWNERSHIP_LABELS: readonly string[] = [
  PROJECT_LABEL,
  APP_LABEL,
  REQUEST_LABEL,
  SETTINGS_LABEL,
  RUN_LABEL,
  USES_LABEL,
  FORMAT_LABEL,
  UUID_LABEL,
  DEVICE_LABEL,
  REFERENCES_LABEL,
  FILE_LABEL,
  DIRECTORY_LABEL,
];

/** On a volume: the platform that created it. Platforms of one engine share its volumes. */
export const PLATFORM_LABEL = "org.openfactory.deploy.platform";

/** The ownership labels that a volume gets from the mount of a service. */
export const VOLUME_LABELS: readonly string[] = [PROJECT_LABEL, FILE_LABEL, DIRECTORY_LABEL, PLATFORM_LABEL];

/** On a network, volume, config or secret: its name in the file. */
export const RESOURCE_LABEL = "org.openfactory.deploy.resource";

/** On a network or volume: hash of its options in the file. */
export const SPEC_LABEL = "org.openfactory.deploy.spec";

/** All labels that ofdeploy sets on resources. */
export const RESOURCE_LABELS: readonly string[] = [...VOLUME_LABELS, RUN_LABEL, RESOURCE_LABEL, SPEC_LABEL];

type Labels = Readonly<Record<string, string>>;

/** The platform that created a volume, if it is not the run's platform. Only that platform knows the volume's users. */
export const otherPlatform = (labels: Labels, platform: string): string | undefined =>
  labels[PLATFORM_LABEL] === platform ? undefined : labels[PLATFORM_LABEL];

/** The owner of a service, as its labels record it. */
export interface Owner {
  project: string;
  app?: string;
  /** Hash of the request that the service was deployed from. */
  request?: string;
  /** Id of the run that created the service or changed it last. */
  run?: string;
  /** Path of the file, relative to the project directory. */
  file?: string;
  /** Absolute path of the project directory, if recorded. */
  directory?: string;
}

/** Reads the owner from the labels of a service; undefined if ofdeploy does not manage it. */
export function ownerOf(labels: Labels): Owner | undefined {
  const project = labels[PROJECT_LABEL];
  if (project === undefined) return undefined;
  return {
    project,
    app: labels[APP_LABEL],
    request: labels[REQUEST_LABEL],
    run: labels[RUN_LABEL],
    file: labels[FILE_LABEL],
    directory: labels[DIRECTORY_LABEL],
  };
}

/** Reads the project's resources that a service uses, each as `kind/name`. */
export const usesOf = (labels: Labels): string[] => labels[USES_LABEL]?.split(" ") ?? [];

/** Prefix of the labels for the levels of the Unified Namespace. */
const UNS = "openfactory.uns.";

const METRICS_PORT = "openfactory.metrics.port";

const METRICS_PATH = "openfactory.metrics.path";

/** The labels that identify a service as an asset, or as a part of one. */
export function assetLabels({ device }: DesiredApp, env: readonly string[]): Record<string, string> {
  if (device === undefined) {
    const uuid = variable(env, "APP_UUID");
    return uuid === undefined ? {} : { [UUID_LABEL]: uuid };
  }
  const { key, uuid, references } = device;
  return {
    [DEVICE_LABEL]: key,
    [UUID_LABEL]: uuid,
    ...(references !== undefined && { [REFERENCES_LABEL]: JSON.stringify(references) }),
  };
}

/**
 * Reads an asset from the labels of its service.
 * @param known the UUID to use if the labels lack it, because an earlier release deployed the service.
 */
export function readAssetLabels(known: string, labels: Labels) {
  const device = labels[DEVICE_LABEL];
  const references = parseReferences(labels[REFERENCES_LABEL]);
  const port = labels[METRICS_PORT];
  return {
    uuid: labels[UUID_LABEL] ?? known,
    uns: Object.fromEntries(
      Object.entries(labels).flatMap(([label, value]) =>
        label.startsWith(UNS) ? [[label.slice(UNS.length), value]] : [],
      ),
    ),
    ...(port !== undefined && { metrics: { port, path: labels[METRICS_PATH] ?? "/metrics" } }),
    ...(device !== undefined && { device }),
    ...(references !== undefined && { references }),
  };
}

const variable = (env: readonly string[], name: string): string | undefined =>
  env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);

/** Users can change labels, so invalid JSON counts as missing. */
function parseReferences(label: string | undefined): AssetReferences | undefined {
  if (label === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(label);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as AssetReferences)
      : undefined;
  } catch {
    return undefined;
  }
}
