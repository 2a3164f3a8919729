import type { AssetReferences, ServiceStatus } from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-project.js";
import { APP_LABEL, ownerOf, UUID_LABEL } from "../ownership/labels.js";
import { assetLabels, readAssetLabels } from "./asset-labels.js";

/** A service, as far as assets go. */
export interface ServiceRecord {
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
export function recordOfApp({ app, request, warnings }: CheckedApp, status?: ServiceStatus): ServiceRecord {
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
export const uuidOf = ({ app, request }: Pick<CheckedApp, "app" | "request">): string | undefined =>
  assetLabels(app, request.env)[UUID_LABEL];
