import type { ServiceStatus } from "@openfactory/deploy-core";
import type { DesiredApp, DesiredProject } from "../desired.js";
import type { Observed } from "../observe/observe.js";
import { type Owner, ownerOf } from "../ownership/labels.js";
import { requestHash } from "../ownership/request-hash.js";

/**
 * What `up` is to do for one app:
 * - `create`: nothing by its service name is there
 * - `unchanged`: there already, and made from the same request
 * - `changed`: ours, and made from another request
 * - `conflict`: something by that name is there, and it is not this project's
 */
export type UpStep = { readonly app: string; readonly service: string } & (
  | { readonly action: "create" }
  | { readonly action: "unchanged" | "changed"; readonly status: ServiceStatus }
  | { readonly action: "conflict"; readonly status: ServiceStatus; readonly owner?: Owner }
);

export interface UpPlan {
  readonly project: string;
  /** In the order of the desired apps. */
  readonly steps: readonly UpStep[];
  /** Services of this project that no desired app has. */
  readonly orphans: readonly ServiceStatus[];
}

/** Compares what should be with what is there. Pure: it asks no engine. */
export function planUp({ project, apps }: DesiredProject, observed: Observed): UpPlan {
  const wanted = new Set(apps.map(({ service }) => service));
  return {
    project,
    steps: apps.map((app) => planApp(app, project, observed.services.get(app.service))),
    orphans: [...observed.services.values()].filter(
      ({ name, labels }) => !wanted.has(name) && ownerOf(labels)?.project === project,
    ),
  };
}

function planApp({ key: app, service, request }: DesiredApp, project: string, status?: ServiceStatus): UpStep {
  if (status === undefined) return { app, service, action: "create" };
  const owner = ownerOf(status.labels);
  if (owner?.project !== project) return { app, service, action: "conflict", status, ...(owner ? { owner } : {}) };
  return { app, service, action: owner.request === requestHash(request) ? "unchanged" : "changed", status };
}
