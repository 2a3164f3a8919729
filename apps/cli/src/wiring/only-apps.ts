import type { DesiredProject } from "@openfactory/deployer";

/** A project as if it had some of its apps only, with the resources that these use, and no devices. */
export function onlyApps(desired: DesiredProject, keys: ReadonlySet<string>): DesiredProject {
  const apps = desired.apps.filter(({ key }) => keys.has(key));
  const services = new Set(apps.map(({ service }) => service));
  const used = new Set(
    apps.flatMap(({ request: { networks = [], secrets = [], configs = [] } }) =>
      [...networks, ...secrets, ...configs].map((each) => (typeof each === "string" ? each : each.name)),
    ),
  );
  return {
    ...desired,
    apps: apps.map((app) => ({ ...app, dependsOn: app.dependsOn.filter(({ service }) => services.has(service)) })),
    devices: [],
    resources: desired.resources?.filter(({ spec }) => used.has(spec.name)) ?? [],
  };
}
