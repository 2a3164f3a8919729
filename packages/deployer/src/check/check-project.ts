import { DeploymentError, type ErrorIssue, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { type CheckedRequest, parseRequests } from "./check-requests.js";
import { checkResources, checkVolumes } from "./check-resources.js";
import type { Scope } from "../model/ownership.js";
import type { DesiredApp, DesiredDevice, DesiredProject, DesiredResource } from "../model/project.js";
import { hashOf } from "../model/request-hash.js";
import type { ProjectWarning } from "../model/warnings.js";

/** An app whose request is known to be valid. Parsed and hashed once in a run, however often it is looked at. */
export interface CheckedApp extends CheckedRequest {
  readonly hash: string;
}

/** A project that is known to be valid, as far as it tells itself. */
export interface CheckedProject extends Scope {
  readonly apps: readonly CheckedApp[];
  /** Those that the platform can make. */
  readonly resources: readonly DesiredResource[];
  readonly devices: readonly DesiredDevice[];
  readonly warnings: readonly ProjectWarning[];
}

/**
 * Everything that can be said of a project without asking an engine.
 * @param options.adopt apps that must be there.
 * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, with one issue per finding.
 */
export function checkProject(
  { project, files, directory, hasChosenName, apps, resources = [], devices = [] }: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
  options: { strict?: boolean; adopt?: readonly string[] } = {},
): CheckedProject {
  checkApps(apps);
  checkNames(options.adopt ?? [], apps);
  const networks = new Map(
    resources.flatMap(({ spec }) => (spec.kind === "network" ? [[spec.name, spec] as const] : [])),
  );
  const checked = parseRequests(apps, strategy, { ...options, networks }).map((one) => ({
    ...one,
    hash: hashOf(one.request),
  }));
  checkVolumes(checked);
  const scope = {
    project,
    ...(files && { files }),
    ...(directory !== undefined && { directory }),
    ...(hasChosenName && { hasChosenName }),
  };
  return { ...scope, apps: checked, devices, ...checkResources(resources, strategy, options) };
}

/** @throws DeploymentError `INVALID_REQUEST` if one of the names is no app's. */
function checkNames(names: readonly string[], apps: readonly { key: string }[]): void {
  const known = new Set(apps.map(({ key }) => key));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `There is no app ${unknown.join(", ")} in the file.`, {
    hint: known.size === 0 ? "Name a file." : `Its apps are: ${[...known].slice(0, 20).join(", ")}.`,
  });
}

/**
 * Checks what one app can't say of itself: that service names are unique, and that dependencies name apps and form no
 * circle.
 * @throws DeploymentError `INVALID_REQUEST` with one issue per finding.
 */
export function checkApps(apps: readonly DesiredApp[]): void {
  const services = new Map(apps.map((app) => [app.service, app]));
  const issues = [
    ...apps.filter((app) => services.get(app.service) !== app).map((app) => nameTakenTwice(app, services)),
    ...apps.flatMap((app) =>
      app.dependsOn
        .filter(({ service }) => !services.has(service))
        .map(({ service }): ErrorIssue => ({
          message: `${app.key} depends on the service ${service}, which is no app here`,
          location: app.location,
        })),
    ),
    ...findCircle(apps, services),
  ];
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, {
    issues,
    hint: "Correct the named apps; nothing was deployed.",
  });
}

const nameTakenTwice = (app: DesiredApp, services: ReadonlyMap<string, DesiredApp>): ErrorIssue => ({
  message: `${app.key} and ${services.get(app.service)?.key} have one service name, ${app.service}`,
  location: app.location,
});

/** Goes down every path once, without recursion: a file may be a chain of thousands. */
function findCircle(apps: readonly DesiredApp[], services: ReadonlyMap<string, DesiredApp>): ErrorIssue[] {
  const settled = new Set<DesiredApp>();
  for (const start of apps) {
    const path = new Map<DesiredApp, Iterator<{ service: string }>>([[start, start.dependsOn.values()]]);
    const trail = [start];
    while (trail.length > 0) {
      const app = trail.at(-1) as DesiredApp;
      const next = settled.has(app) ? undefined : (path.get(app)?.next().value as { service: string } | undefined);
      if (next === undefined) {
        settled.add(app);
        path.delete(app);
        trail.pop();
        continue;
      }
      const dependency = services.get(next.service);
      if (dependency === undefined) continue;
      if (path.has(dependency)) return [circle([...trail.slice(trail.indexOf(dependency)), dependency])];
      path.set(dependency, dependency.dependsOn.values());
      trail.push(dependency);
    }
  }
  return [];
}

const circle = (apps: readonly DesiredApp[]): ErrorIssue => ({
  message: `apps depend on each other in a circle: ${apps.map(({ key }) => key).join(" -> ")}`,
  location: apps[0]?.location,
});
