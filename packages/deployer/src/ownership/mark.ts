import {
  amendRequest,
  type DeployRequest,
  type Mount,
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceSettings,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-project.js";
import { fingerprint } from "../compare/fingerprint.js";
import { resourcesOf } from "../resources/resource-id.js";
import { canTellOwners } from "./can-tell.js";
import { assetLabels } from "../assets/asset-labels.js";
import { APP_LABEL, FORMAT_LABEL, PROJECT_LABEL, REQUEST_LABEL, RUN_LABEL, SETTINGS_LABEL, USES_LABEL } from "./labels.js";

/** What a mark says beyond the app itself. */
export interface Mark {
  readonly project: string;
  /** Id of the run. */
  readonly run: string;
  /** The project's own resources. */
  readonly resources: ReadonlySet<string>;
  /** The settings that the service will have, where they are known already. */
  readonly settings?: ServiceSettings;
}

/**
 * The app's request as it is deployed: with the ownership labels added, where the strategy keeps them. Volumes get the
 * project's label too, so that those that are made for it are found again; one that is there already stays as it is.
 * @throws DeploymentError as `settingsOf`; no registry is asked.
 */
export async function markedRequest(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, request, hash }: CheckedApp,
  { project, run, resources, settings }: Mark,
  options: OperationOptions = {},
): Promise<DeployRequest> {
  if (!canTellOwners(strategy)) return app.request;
  const uses = resourcesOf(request).filter((id) => resources.has(id));
  const known = settings ?? (await settingsOf(strategy, request, options));
  return amendRequest(request, {
    ...(request.mounts && { mounts: request.mounts.map((mount) => markedMount(mount, project)) }),
    labels: {
      ...request.labels,
      [PROJECT_LABEL]: project,
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

const markedMount = (mount: Mount, project: string): Mount =>
  mount.Type === "volume"
    ? { ...mount, VolumeOptions: { ...mount.VolumeOptions, Labels: { [PROJECT_LABEL]: project, ...mount.VolumeOptions?.Labels } } }
    : mount;
