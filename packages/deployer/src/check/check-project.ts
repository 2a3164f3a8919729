import { DeploymentError, type ErrorIssue, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { Scope } from "../model/ownership.js";
import type { DesiredApp, DesiredDevice, DesiredProject, DesiredResource } from "../model/project.js";
import type { ProjectWarning } from "../model/warnings.js";
import { checkNotes } from "./check-notes.js";
import { type CheckedApp, parseRequests } from "./check-requests.js";
import { checkResources, checkVolumes } from "./check-resources.js";

/** A project that is valid as far as can be checked without an engine. */
export interface CheckedProject extends Scope {
  readonly apps: readonly CheckedApp[];
  /** The resources that the platform can create. */
  readonly resources: readonly DesiredResource[];
  readonly devices: readonly DesiredDevice[];
  readonly warnings: readonly ProjectWarning[];
  /** The run is for some apps of its files only: see `DesiredProject.unselected`. */
  readonly isPartial: boolean;
}

/**
 * Checks everything about a project that needs no engine.
 * @param options.adopt names of apps that the project must contain.
 * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, with one issue per finding.
 */
export function checkProject(
  {
    project,
    files,
    directory,
    hasExplicitName,
    apps,
    resources = [],
    devices = [],
    notes = [],
    unselected,
  }: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
  options: { strict?: boolean; adopt?: readonly string[] } = {},
): CheckedProject {
  checkApps(apps);
  checkNames(options.adopt ?? [], apps);
  const networks = new Map(
    resources.flatMap(({ spec }) => (spec.kind === "network" ? [[spec.name, spec] as const] : [])),
  );
  const checked = parseRequests(apps, strategy, { ...options, networks });
  checkVolumes(checked);
  const scope = {
    project,
    ...(files && { files }),
    ...(directory !== undefined && { directory }),
    ...(hasExplicitName && { hasExplicitName }),
  };
  const { resources: creatable, warnings } = checkResources(resources, strategy, options);
  return {
    ...scope,
    apps: checked,
    devices,
    isPartial: unselected !== undefined,
    resources: creatable,
    warnings: [...checkNotes(notes, options), ...warnings],
  };
}

/** @throws DeploymentError `INVALID_REQUEST` if a name is not the name of an app. */
function checkNames(names: readonly string[], apps: readonly { key: string }[]): void {
  const known = new Set(apps.map(({ key }) => key));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `The file has no app ${unknown.join(", ")}.`, {
    hint:
      known.size === 0
        ? "Pass the file of the app: --file <path>."
        : `Known apps: ${[...known].slice(0, 20).join(", ")}.`,
  });
}

/**
 * Checks the apps of a project against each other: service names are unique, and dependencies name apps and are not
 * circular.
 * @throws DeploymentError `INVALID_REQUEST` with one issue per finding.
 */
export function checkApps(apps: readonly DesiredApp[]): void {
  const services = new Map(apps.map((app) => [app.service, app]));
  const issues = [
    ...apps.filter((app) => services.get(app.service) !== app).map((app) => duplicateName(app, services)),
    ...apps.flatMap((app) =>
      app.dependsOn
        .filter(({ service }) => !services.has(service))
        .map(({ service }): ErrorIssue => ({
          message: `app ${app.key} depends on service ${service}, which is not an app of this project`,
          location: app.location,
        })),
    ),
    ...findCycle(apps, services),
  ];
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, {
    issues,
    hint: "Correct these apps. Nothing was deployed.",
  });
}

const duplicateName = (app: DesiredApp, services: ReadonlyMap<string, DesiredApp>): ErrorIssue => ({
  message: `apps ${app.key} and ${services.get(app.service)?.key} have the same service name, ${app.service}`,
  location: app.location,
});

/** A depth-first search without recursion: a file can contain a chain of thousands of apps. */
function findCycle(apps: readonly DesiredApp[], services: ReadonlyMap<string, DesiredApp>): ErrorIssue[] {
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
      if (path.has(dependency)) return [cycleIssue([...trail.slice(trail.indexOf(dependency)), dependency])];
      path.set(dependency, dependency.dependsOn.values());
      trail.push(dependency);
    }
  }
  return [];
}

/** How many apps of a cycle an issue lists. */
const MAX_CYCLE = 20;

function cycleIssue(apps: readonly DesiredApp[]): ErrorIssue {
  const keys = apps.map(({ key }) => key);
  const hidden = keys.length - 1 - MAX_CYCLE;
  const shown = hidden > 0 ? [...keys.slice(0, MAX_CYCLE), `${hidden} more`, ...keys.slice(-1)] : keys;
  return { message: `circular depends_on: ${shown.join(" -> ")}`, location: apps[0]?.location };
}
