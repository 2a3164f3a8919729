import {
  amendRequest,
  type DeployRequest,
  type Mount,
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import {
  APP_LABEL,
  assetLabels,
  FORMAT_LABEL,
  PLATFORM_LABEL,
  PROJECT_LABEL,
  REQUEST_LABEL,
  RUN_LABEL,
  SETTINGS_LABEL,
  USES_LABEL,
  VOLUME_LABELS,
} from "../model/labels.js";
import { fileLabels, type Scope, tracksOwnership } from "../model/ownership.js";
import { hashNormalized } from "../model/request-hash.js";
import { isVolume, resourcesOf } from "../model/resources.js";
import { fingerprint } from "../plan/compare-settings.js";

/** Values of the labels that do not come from the app. */
interface OwnershipLabelContext {
  readonly scope: Scope;
  /** Id of the run. */
  readonly run: string;
  /** Ids of the project's resources. */
  readonly resources: ReadonlySet<string>;
  /** The desired settings, if computed already. */
  readonly settings?: ServiceSettings;
  /** The observed service, if it exists. */
  readonly before?: ServiceStatus;
}

/**
 * The app's request with the ownership labels added, where the strategy stores labels. New volumes get the labels of the
 * project and file, too, so that later runs find them. The mount of an existing volume keeps the labels that it has: the
 * engine would ignore other labels, and Swarm would replace the tasks because of them.
 * @throws DeploymentError as `settingsOf`; the registry is not contacted.
 */
export async function withOwnershipLabels(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, request }: CheckedApp,
  { scope, run, resources, settings, before }: OwnershipLabelContext,
  options: OperationOptions = {},
): Promise<DeployRequest> {
  if (!tracksOwnership(strategy)) return app.request;
  const owner = { [PROJECT_LABEL]: scope.project, ...fileLabels(scope, app.file) };
  const ofVolumes = { ...owner, [PLATFORM_LABEL]: strategy.manifest.name };
  const uses = resourcesOf(request).filter((id) => resources.has(id) || isVolume(id));
  const newSettings = settings ?? (await settingsOf(strategy, request, options));
  return amendRequest(request, {
    ...(request.mounts && {
      mounts: request.mounts.map((mount) => withVolumeLabels(mount, ofVolumes, before?.settings?.mounts)),
    }),
    labels: {
      ...request.labels,
      ...owner,
      [APP_LABEL]: app.key,
      [REQUEST_LABEL]: hashNormalized(request),
      [RUN_LABEL]: run,
      ...(app.format !== undefined && { [FORMAT_LABEL]: `${app.format}` }),
      ...assetLabels(app, request.env),
      ...(newSettings !== undefined && { [SETTINGS_LABEL]: fingerprint(newSettings, request.image) }),
      ...(uses.length > 0 && { [USES_LABEL]: uses.join(" ") }),
    },
  });
}

/** Does not contact the registry: a fingerprint includes a digest only if the request has one. */
async function settingsOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  request: NormalizedRequest,
  { signal }: OperationOptions,
): Promise<ServiceSettings | undefined> {
  if (!supports(strategy, "settings")) return undefined;
  const withoutPull =
    request.imagePullPolicy === undefined ? request : amendRequest(request, { imagePullPolicy: "missing" });
  return strategy.settingsOf(withoutPull, { signal });
}

function withVolumeLabels(
  mount: Mount,
  owner: Readonly<Record<string, string>>,
  present: readonly Mount[] = [],
): Mount {
  if (mount.Type !== "volume") return mount;
  const same = present.find(({ Target, Source }) => Target === mount.Target && Source === mount.Source);
  const kept =
    same && Object.entries(same.VolumeOptions?.Labels ?? {}).filter(([label]) => VOLUME_LABELS.includes(label));
  const labels = kept === undefined || kept.length === 0 ? owner : Object.fromEntries(kept);
  return { ...mount, VolumeOptions: { ...mount.VolumeOptions, Labels: { ...labels, ...mount.VolumeOptions?.Labels } } };
}
