import { parseRequest } from "@openfactory/deploy-core";
import type { DesiredApp, DesiredProject, DesiredResource } from "./project.js";
import { resourceId, resourcesOf } from "./resources.js";

export interface SelectionOptions {
  /** Include the apps that the selected apps depend on, directly or not. Default true. */
  dependencies?: boolean;
}

/**
 * Reduces a project to some apps, the resources that they use, and the devices whose services are all among them. The
 * result is marked as a part of the project (`unselected`), so that other services are no orphans.
 * @param keys names of apps in their files. Names of no app are ignored.
 */
export function selectApps(
  desired: DesiredProject,
  keys: readonly string[],
  { dependencies = true }: SelectionOptions = {},
): DesiredProject {
  const { apps, resources = [], devices = [], unselected } = desired;
  const selected = selectServices(apps, new Set(keys), dependencies);
  const isSelected = ({ service }: DesiredApp): boolean => selected.has(service);
  const used = new Set(apps.filter(isSelected).flatMap(({ request }) => resourcesOf(parseRequest(request))));
  const isUsed = ({ spec }: DesiredResource): boolean => used.has(resourceId(spec));
  return {
    ...desired,
    apps: apps.filter(isSelected).map((app) => ({
      ...app,
      dependsOn: app.dependsOn.filter(({ service }) => selected.has(service)),
    })),
    resources: resources.filter(isUsed),
    devices: devices.filter(
      ({ services }) => services.length > 0 && services.every((service) => selected.has(service)),
    ),
    unselected: {
      apps: [...(unselected?.apps ?? []), ...apps.filter((app) => !isSelected(app))],
      resources: [...(unselected?.resources ?? []), ...resources.filter((resource) => !isUsed(resource))],
    },
  };
}

/** The services of the apps, with those that they depend on. */
function selectServices(apps: readonly DesiredApp[], keys: ReadonlySet<string>, dependencies: boolean): Set<string> {
  const byService = new Map(apps.map((app) => [app.service, app]));
  const selected = new Set(apps.flatMap(({ key, service }) => (keys.has(key) ? [service] : [])));
  if (!dependencies) return selected;
  // A set is iterated in the order of insertion, including values that are added meanwhile.
  for (const service of selected) {
    for (const dependency of byService.get(service)?.dependsOn ?? []) selected.add(dependency.service);
  }
  return selected;
}
