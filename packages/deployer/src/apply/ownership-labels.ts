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
import type { CheckedApp } from "../check/check-project.js";
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
import { canTellOwners, fileLabels, type Scope } from "../model/ownership.js";
import { isVolume, resourcesOf } from "../model/resources.js";
import { fingerprint } from "../plan/compare-settings.js";

/** What a mark says beyond the app itself. */
interface Mark {
  readonly scope: Scope;
  /** Id of the run. */
  readonly run: string;
  /** The project's own resources. */
  readonly resources: ReadonlySet<string>;
  /** The settings that the service will have, where they are known already. */
  readonly settings?: ServiceSettings;
  /** The service as it is deployed, if it changes. */
  readonly before?: ServiceStatus;
}

/**
 * The app's request as it is deployed: with the ownership labels added, where the strategy keeps them. Volumes get
 * those of the project and the file too, so that those that are made for it are found again; an existing volume keeps its
 * labels, so its mount does too: other labels there would only make Swarm replace the tasks.
 * @throws DeploymentError as `settingsOf`; no registry is asked.
 */
export async function markedRequest(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, request, hash }: CheckedApp,
  { scope, run, resources, settings, before }: Mark,
  options: OperationOptions = {},
): Promise<DeployRequest> {
  if (!canTellOwners(strategy)) return app.request;
  const owner = { [PROJECT_LABEL]: scope.project, ...fileLabels(scope, app.file) };
  const ofVolumes = { ...owner, [PLATFORM_LABEL]: strategy.manifest.name };
  const uses = resourcesOf(request).filter((id) => resources.has(id) || isVolume(id));
  const known = settings ?? (await settingsOf(strategy, request, options));
  return amendRequest(request, {
    ...(request.mounts && {
      mounts: request.mounts.map((mount) => markedMount(mount, ofVolumes, before?.settings?.mounts)),
    }),
    labels: {
      ...request.labels,
      ...owner,
      [APP_LABEL]: app.key,
      [REQUEST_LABEL]: hash,
      [RUN_LABEL]: run,
      ...(app.format !== undefined && { [FORMAT_LABEL]: `${app.format}` }),
      ...assetLabels(app, request.env),
      ...(known !== undefined && { [SETTINGS_LABEL]: fingerprint(known, request.image) }),
      ...(uses.length > 0 && { [USES_LABEL]: uses.join(" ") }),
    },
  });
}

/** No registry is asked: the digest is no part of a fingerprint, unless the request has it. */
async function settingsOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  request: NormalizedRequest,
  { signal }: OperationOptions,
): Promise<ServiceSettings | undefined> {
  if (!supports(strategy, "settings")) return undefined;
  const asked = request.imagePullPolicy === undefined ? request : amendRequest(request, { imagePullPolicy: "missing" });
  return strategy.settingsOf(asked, { signal });
}

function markedMount(mount: Mount, owner: Readonly<Record<string, string>>, present: readonly Mount[] = []): Mount {
  if (mount.Type !== "volume") return mount;
  const same = present.find(({ Target, Source }) => Target === mount.Target && Source === mount.Source);
  const kept =
    same && Object.entries(same.VolumeOptions?.Labels ?? {}).filter(([label]) => VOLUME_LABELS.includes(label));
  const labels = kept === undefined || kept.length === 0 ? owner : Object.fromEntries(kept);
  return { ...mount, VolumeOptions: { ...mount.VolumeOptions, Labels: { ...labels, ...mount.VolumeOptions?.Labels } } };
}
