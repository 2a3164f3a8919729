import { type AssetReferences, BOOKKEEPING_LABELS } from "@openfactory/deploy-core";
import type { DesiredApp } from "./project.js";

/**
 * The labels by which a service is known to have been made here, and by which project. They are all the state there is:
 * nothing is kept outside the engine.
 */
export const PROJECT_LABEL = "org.openfactory.deploy.project";

/** The app's name in its file. */
export const APP_LABEL = "org.openfactory.deploy.app";

/** {@link requestHash} of the request that the service was made from. */
export const REQUEST_LABEL = BOOKKEEPING_LABELS.request;

/** Fingerprint of the settings that the service was given, by which a change made by hand is seen. */
export const SETTINGS_LABEL = BOOKKEEPING_LABELS.settings;

/** Id of the run that made the service, or changed it last: see {@link newRunId}. */
export const RUN_LABEL = BOOKKEEPING_LABELS.run;

/** Path of the file that owns the service or resource, relative to the project directory, with `/` between its parts. */
export const FILE_LABEL = BOOKKEEPING_LABELS.file;

/** Absolute path of the project directory, where the project has its name from that directory. */
export const DIRECTORY_LABEL = BOOKKEEPING_LABELS.directory;

/** The resources that the service uses, as far as the project makes them, and its volumes: `config/web-conf-1a2b network/factory-net`. */
export const USES_LABEL = BOOKKEEPING_LABELS.uses;

/** Version of the rules by which the request was made from a file: see `DesiredApp.format`. */
export const FORMAT_LABEL = BOOKKEEPING_LABELS.format;

/** UUID of the asset: of the app, or of the device that the service is part of. */
export const UUID_LABEL = BOOKKEEPING_LABELS.uuid;

/** The device's name in its file. */
export const DEVICE_LABEL = BOOKKEEPING_LABELS.device;

/** The device's references to other assets, as JSON. */
const REFERENCES_LABEL = BOOKKEEPING_LABELS.references;

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

/** On a volume: the platform whose service made it. Two platforms of one engine share its volumes. */
export const PLATFORM_LABEL = "org.openfactory.deploy.platform";

/** The ownership labels that volumes get by the mounts of a service. */
export const VOLUME_LABELS: readonly string[] = [PROJECT_LABEL, FILE_LABEL, DIRECTORY_LABEL, PLATFORM_LABEL];

/** On a network, volume, config or secret of a project: the name that users know it by. */
export const RESOURCE_LABEL = "org.openfactory.deploy.resource";

/** On a network or volume of a project: hash of what was asked for. */
export const SPEC_LABEL = "org.openfactory.deploy.spec";

/** All that this tool puts on resources. */
export const RESOURCE_LABELS: readonly string[] = [...VOLUME_LABELS, RUN_LABEL, RESOURCE_LABEL, SPEC_LABEL];

type Labels = Readonly<Record<string, string>>;

/** The platform that made a volume, if that is another one than the run's: only there are its users known. */
export const otherPlatform = (labels: Labels, platform: string): string | undefined =>
  labels[PLATFORM_LABEL] === platform ? undefined : labels[PLATFORM_LABEL];

/** What a service's labels say of who made it. */
export interface Owner {
  project: string;
  app?: string;
  /** Hash of the request it was made from. */
  request?: string;
  /** The run that made it, or changed it last. */
  run?: string;
  /** The file that owns it, relative to the project directory. */
  file?: string;
  /** Absolute path of the project directory, where it is recorded. */
  directory?: string;
}

/** Who made the service with these labels; undefined: not this tool. */
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

/** The project's own resources that the service with these labels uses, each as `kind/name`. */
export const usesOf = (labels: Labels): string[] => labels[USES_LABEL]?.split(" ") ?? [];

/** Prefix of the labels that hold an asset's place in the Unified Namespace. */
const UNS = "openfactory.uns.";

const METRICS_PORT = "openfactory.metrics.port";

const METRICS_PATH = "openfactory.metrics.path";

/** The labels by which a service is known later to be an asset, or part of one. */
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
 * What labels say of the asset.
 * @param known the UUID of a service whose labels do not hold it, since an earlier release made it.
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

/** Labels can be changed by hand: what is no JSON counts as not there. */
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
