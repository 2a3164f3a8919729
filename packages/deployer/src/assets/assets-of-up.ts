import type { Results } from "../apply/put-back-results.js";
import type { DesiredDevice } from "../desired.js";
import { ownerOf } from "../ownership/labels.js";
import type { Prepared } from "../plan/prepare.js";
import { type ChangedAsset, compareAssets } from "./compare-assets.js";
import { recordOfApp, recordOfStatus, type ServiceRecord, uuidOf } from "./service-record.js";

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
