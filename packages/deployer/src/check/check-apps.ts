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

function findCircle(apps: readonly DesiredApp[], services: ReadonlyMap<string, DesiredApp>): ErrorIssue[] {
  const settled = new Set<DesiredApp>();
  const circleFrom = (app: DesiredApp, path: DesiredApp[]): DesiredApp[] | undefined => {
    if (path.includes(app)) return [...path.slice(path.indexOf(app)), app];
    if (settled.has(app)) return undefined;
    for (const { service } of app.dependsOn) {
      const dependency = services.get(service);
      const circle = dependency && circleFrom(dependency, [...path, app]);
      if (circle !== undefined) return circle;
    }
    settled.add(app);
    return undefined;
  };
  for (const app of apps) {
    const circle = circleFrom(app, []);
    if (circle !== undefined) {
      const names = circle.map(({ key }) => key).join(" -> ");
      return [{ message: `apps depend on each other in a circle: ${names}`, location: circle[0]?.location }];
    }
  }
  return [];
}
