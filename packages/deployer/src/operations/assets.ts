import type { Asset, AssetChange, AssetReferences, ServiceStatus } from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-project.js";
import { APP_LABEL, assetLabels, ownerOf, readAssetLabels, UUID_LABEL } from "../model/labels.js";
import type { DesiredDevice } from "../model/project.js";
import type { Prepared } from "../plan/plan.js";
import type { Results } from "../revert/revert.js";

/** What a run of `up` made of assets, as it is in the end: what was reverted is not among them. */
export function assetsOfUp(
  { checked, plan }: Prepared,
  { apps, orphans }: Pick<Results, "apps" | "orphans">,
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
    } else if (old !== undefined && verdict.now !== "nothing") {
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

/** Devices without services: nothing on the engine tells whether they are new. */
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
 * What became of assets: those that are gone first, then those that were made or changed, in the order of `after`. An
 * asset that no touched service is part of is left out.
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
  const there = [...now].flatMap(([id, asset]): ChangedAsset[] => {
    const earlier = old.get(id);
    if (earlier === undefined) return [{ change: "created", asset }];
    const isTouched = [...earlier.services, ...asset.services].some((service) => touched.has(service));
    return isTouched ? [{ change: "changed", asset }] : [];
  });
  return [...removed, ...there];
}

/** By kind and UUID. */
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
 * The application framework appends the slot to the UUID where there are several replicas. Without a replica there is no
 * asset. The services of a device are one asset together, however many replicas they have.
 */
function uuidsOf({ uuid, replicas, device }: ServiceRecord): string[] {
  if (device !== undefined || replicas === 1) return [uuid];
  return Array.from({ length: replicas }, (_, index) => `${uuid}-${index + 1}`);
}

/** A service, as far as assets go. */
interface ServiceRecord {
  readonly service: string;
  /** Name of the app in its file. */
  readonly app: string;
  /** Name of the device in its file, where the service is part of one. */
  readonly device?: string;
  readonly uuid: string;
  /** How many processes of it are assets of their own. */
  readonly replicas: number;
  readonly uns: Readonly<Record<string, string>>;
  readonly metrics?: { readonly port: string; readonly path: string };
  readonly references?: AssetReferences;
}

/**
 * A service that is there.
 * @param known its UUID, for a service of an earlier release, which does not carry it. Default: the service's name.
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

/** The services of a project among those that are there. */
export const recordsOfProject = (services: Iterable<ServiceStatus>, project: string): ServiceRecord[] =>
  [...services].filter(({ labels }) => ownerOf(labels)?.project === project).map((status) => recordOfStatus(status));

/**
 * A service as it is desired.
 * @param status as it was seen last, where it was.
 */
function recordOfApp({ app, request, warnings }: CheckedApp, status?: ServiceStatus): ServiceRecord {
  const { mode } = request;
  const count = mode !== undefined && "Replicated" in mode ? (mode.Replicated.Replicas ?? 1) : 1;
  const isReplicated = mode === undefined || "Replicated" in mode;
  // A platform that does not honour the mode runs one.
  const expected = warnings.some(({ field }) => field === "mode") ? 1 : count;
  return {
    service: app.service,
    app: app.key,
    ...readAssetLabels(app.service, { ...request.labels, ...assetLabels(app, request.env) }),
    replicas: isReplicated ? (status?.replicas.desired ?? expected) : 1,
  };
}

/** The UUID that a service of this app will carry. */
const uuidOf = ({ app, request }: Pick<CheckedApp, "app" | "request">): string | undefined =>
  assetLabels(app, request.env)[UUID_LABEL];
