import type { ServiceStatus } from "@openfactory/deploy-core";
import type { DesiredApp, DesiredProject } from "../desired.js";
import type { Observed } from "../observe/observe.js";
import { ownerOf } from "../ownership/labels.js";
import { requestHash } from "../ownership/request-hash.js";
import type { Plan, PlannedApp } from "./plan.js";

/** Compares what should be with what is there. Pure: it asks no engine. */
export function planUp(platform: string, { project, apps }: DesiredProject, observed: Observed): Plan {
  const wanted = new Set(apps.map(({ service }) => service));
  const planned = apps.map((app) => planApp(app, project, observed.services.get(app.service)));
  return {
    project,
    platform,
    apps: planned,
    orphans: [...observed.services.values()]
      .filter(({ name, labels }) => !wanted.has(name) && ownerOf(labels)?.project === project)
      .map((status) => ({ app: ownerOf(status.labels)?.app ?? status.name, service: status.name, action: "keep", status })),
    resources: [],
    warnings: [],
    hasChanges: planned.some(({ action }) => action !== "unchanged"),
  };
}

function planApp({ key, service, request, location }: DesiredApp, project: string, status?: ServiceStatus): PlannedApp {
  const planned = { app: key, service, changes: [], warnings: [], ...(location && { location }) };
  if (status === undefined) return { ...planned, action: "create" };
  const owner = ownerOf(status.labels);
  if (owner?.project !== project) return { ...planned, action: "conflict", status, ...(owner && { owner }) };
  return { ...planned, action: owner.request === requestHash(request) ? "unchanged" : "update", status };
}
