import type { Asset, AssetChange } from "@openfactory/deploy-core";
import type { ServiceRecord } from "./service-record.js";

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
