import type { Asset, AssetChange, AssetReferences, ServiceStatus } from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import { APP_LABEL, assetLabels, ownerOf, readAssetLabels, UUID_LABEL } from "../model/labels.js";
import type { DesiredDevice } from "../model/project.js";
import type { PreparedPlan } from "../plan/plan.js";
import type { RunResults } from "../revert/revert.js";

/** The assets that a run of `up` changed. Reverted changes are left out. */
export function assetsOfUp(
  { checked, plan }: PreparedPlan,
  { apps, orphans }: Pick<RunResults, "apps" | "orphans">,
): ChangedAsset[] {
  const before: ServiceRecord[] = [];
  const after: ServiceRecord[] = [];
  const touched = new Set<string>();
  for (const [index, verdict] of apps.entries()) {
    const status = plan.apps[index]?.status;
    const app = checked.apps[index];
    const isOurs = status !== undefined && ownerOf(status.labels)?.project === checked.project;
    const old = isOurs ? recordOfStatus(status, app && uuidOf(app)) : undefined;
    if (old !== undefined) before.push(old);
    const isNew = verdict.now === "desired" && verdict.outcome !== "unchanged";
    if (isNew && app !== undefined) {
      after.push(recordOfApp(app, verdict.status));
      touched.add(verdict.service);
    } else if (old !== undefined && verdict.now !== "absent") {
      after.push(old);
    }
  }
  const gone = new Set(orphans.filter(({ outcome }) => outcome === "removed").map(({ service }) => service));
  for (const { service, status } of plan.orphans) {
    const record = recordOfStatus(status);
    before.push(record);
    if (gone.has(service)) touched.add(service);
    else after.push(record);
  }
  return compareAssets(before, after, touched);
}

/** Devices without services. The engine has no record of them, so whether they are new is unknown. */
export const declaredDevices = (devices: readonly DesiredDevice[], change: "declared" | "removed"): ChangedAsset[] =>
  devices
    .filter(({ services }) => services.length === 0)
    .map(({ key, uuid, uns, references }) => ({
      change,
      asset: { uuid, kind: "device", name: key, services: [], uns, ...(references !== undefined && { references }) },
    }));

/** One change of one asset. */
export interface ChangedAsset {
  readonly change: AssetChange;
  readonly asset: Asset;
}

/**
 * Compares assets before and after a run: removed ones first, then created and changed ones in the order of `after`. An
 * asset without a touched service is left out.
 * @param touched names of the services that the run changed.
 */
export function compareAssets(
  before: readonly ServiceRecord[],
  after: readonly ServiceRecord[],
  touched: ReadonlySet<string>,
): ChangedAsset[] {
  const old = assetsOf(before);
  const now = assetsOf(after);
  const removed = [...old].flatMap(([id, asset]) => (now.has(id) ? [] : [{ change: "removed" as const, asset }]));
  const present = [...now].flatMap(([id, asset]): ChangedAsset[] => {
    const earlier = old.get(id);
    if (earlier === undefined) return [{ change: "created", asset }];
    const isTouched = [...earlier.services, ...asset.services].some((service) => touched.has(service));
    return isTouched ? [{ change: "changed", asset }] : [];
  });
  return [...removed, ...present];
}

/** Groups services by asset, with kind and UUID as key. */
function assetsOf(records: readonly ServiceRecord[]): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const record of records) {
    for (const uuid of uuidsOf(record)) {
      const { device, app, service, uns, metrics, references } = record;
      const kind = device === undefined ? "app" : "device";
      const id = `${kind} ${uuid}`;
      const known = assets.get(id);
      assets.set(id, {
        uuid,
        kind,
        name: device ?? app,
        services: [...(known?.services ?? []), service],
        uns: { ...known?.uns, ...uns },
        ...(metrics !== undefined && { metrics }),
        ...(references !== undefined && { references }),
      });
    }
  }
  return assets;
}

/**
 * The UUIDs of the assets of a service. With several replicas, the application framework appends the slot to the UUID; with
 * 0 replicas there is no asset. The services of a device form one asset, whatever their number of replicas.
 */
function uuidsOf({ uuid, replicas, device }: ServiceRecord): string[] {
  if (device !== undefined || replicas === 1) return [uuid];
  return Array.from({ length: replicas }, (_, index) => `${uuid}-${index + 1}`);
}

/** The data of a service that its assets need. */
export interface ServiceRecord {
  readonly service: string;
  /** Name of the app in its file. */
  readonly app: string;
  /** Name of the device in its file, where the service is part of one. */
  readonly device?: string;
  readonly uuid: string;
  /** Number of processes that are assets of their own. */
  readonly replicas: number;
  readonly uns: Readonly<Record<string, string>>;
  readonly metrics?: { readonly port: string; readonly path: string };
  readonly references?: AssetReferences;
}

/**
 * The record of an observed service.
 * @param known the UUID to use if the labels lack it, because an earlier release deployed the service. Default: its name.
 */
export function recordOfStatus({ name, labels, replicas, settings }: ServiceStatus, known?: string): ServiceRecord {
  const mode = settings?.mode;
  const isReplicated = mode === undefined || "Replicated" in mode;
  return {
    service: name,
    app: labels[APP_LABEL] ?? name,
    ...readAssetLabels(known ?? name, labels),
    replicas: isReplicated ? replicas.desired : 1,
  };
}

/** The records of a project's services. */
export const recordsOfProject = (services: Iterable<ServiceStatus>, project: string): ServiceRecord[] =>
  [...services].filter(({ labels }) => ownerOf(labels)?.project === project).map((status) => recordOfStatus(status));

/**
 * The record of a desired service.
 * @param status the last observed status, if any.
 */
function recordOfApp({ app, request, warnings }: CheckedApp, status?: ServiceStatus): ServiceRecord {
  const { mode } = request;
  const count = mode !== undefined && "Replicated" in mode ? (mode.Replicated.Replicas ?? 1) : 1;
  const isReplicated = mode === undefined || "Replicated" in mode;
  // A platform that does not support the mode runs one replica.
  const expected = warnings.some(({ field }) => field === "mode") ? 1 : count;
  return {
    service: app.service,
    app: app.key,
    ...readAssetLabels(app.service, { ...request.labels, ...assetLabels(app, request.env) }),
    replicas: isReplicated ? (status?.replicas.desired ?? expected) : 1,
  };
}

/** The UUID in the labels of an app's service. */
const uuidOf = ({ app, request }: Pick<CheckedApp, "app" | "request">): string | undefined =>
  assetLabels(app, request.env)[UUID_LABEL];
