import { DeploymentError, type ErrorIssue } from "@openfactory/deploy-core";
import type { DesiredApp } from "../desired.js";

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
