import { METADATA_LABELS, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, ProjectWarning, PsRow } from "@openfactory/deployer";
import { chooseApps, type NamedApp } from "../choose-apps.js";
import type { PsListing } from "../output/ps-views.js";

/** The apps that the command line names, or all. */
export async function listApps(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  names: readonly string[] = [],
  signal?: AbortSignal,
): Promise<PsListing & { warnings: ProjectWarning[] }> {
  const { otherFilesWarning, ownerOf, ps } = await import("@openfactory/deployer");
  const found = await ps(strategy, desired, { signal });
  const rows = chooseApps(names, {
    apps: found.map((row) => asNamedApp(row, desired)),
    devices: desired.devices,
  }).map(({ row }) => row);
  if (names.length > 0) return { rows, listed: rows, warnings: [] };
  const ownServices = new Set(desired.apps.map(({ service }) => service));
  const isOfOtherFile = ({ service, relation }: PsRow): boolean =>
    !ownServices.has(service) && (relation === "other-file" || relation === "unrecorded");
  const owners = rows.filter(isOfOtherFile).flatMap(({ status }) => ownerOf(status?.labels ?? {}) ?? []);
  const warnings = otherFilesWarning(
    owners.map((owner) => ({ owner })),
    desired,
    "not listed",
  );
  return { rows, listed: rows.filter((row) => !isOfOtherFile(row)), warnings };
}

/** A row that the command line can name by its app, service or device. */
function asNamedApp(row: PsRow, { apps }: DesiredProject): NamedApp & { row: PsRow } {
  const { app: key, service, status } = row;
  const device = apps.find((app) => app.service === service)?.device?.key ?? status?.labels[METADATA_LABELS.device];
  return { key, service, row, ...(device !== undefined && { device: { key: device } }) };
}
