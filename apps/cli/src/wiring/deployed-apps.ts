import { BOOKKEEPING_LABELS, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject } from "@openfactory/deployer";
import { chooseApps, type NamedApp } from "./choose-apps.js";

/**
 * The apps that are named on the command line, all where none is named: apps of the files; where the files say none,
 * those that are deployed of the project.
 * @throws DeploymentError `NOT_FOUND` with the nearest name.
 */
export async function chooseDeployed(
  names: readonly string[],
  desired: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<NamedApp[]> {
  if (desired.apps.length > 0 || (desired.devices ?? []).length > 0) return chooseApps(names, desired);
  const deployed = await deployedApps(desired, strategy);
  // A strategy that lists nothing: the names are all that is known.
  if (deployed === undefined) return names.map((name) => ({ key: name, service: name.toLowerCase() }));
  return chooseApps(names, { apps: deployed }, `deployed of the project ${desired.project}`);
}

/** The project's services as apps, by their labels; undefined: the strategy can't list services. */
async function deployedApps(
  desired: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<NamedApp[] | undefined> {
  const { observe, ownerOf, ownershipOf } = await import("@openfactory/deployer");
  const { services, sees } = await observe(strategy, [], { instances: false });
  if (sees !== "all") return undefined;
  return [...services.values()].flatMap(({ name, labels }) => {
    const isOurs = ["ours", "unrecorded"].includes(ownershipOf(labels, desired, false));
    const device = labels[BOOKKEEPING_LABELS.device];
    return isOurs
      ? [{ key: ownerOf(labels)?.app ?? name, service: name, ...(device !== undefined && { device: { key: device } }) }]
      : [];
  });
}
