import type { AppProject } from "@openfactory/app-file";
import { METADATA_LABELS, DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject } from "@openfactory/deployer";
import { closestMatch } from "leven";

/** An app that the command line can name by its key, its service or its device. */
export interface NamedApp {
  key: string;
  service: string;
  /** The device that the service is part of. */
  device?: { readonly key: string };
}

/** The apps and devices that the command line can name. */
export interface NamedProject<App extends NamedApp> {
  readonly apps: readonly App[];
  /** Includes devices without services. */
  readonly devices?: readonly {
    readonly key: string;
    readonly connector: string;
    readonly services: readonly string[];
  }[];
}

/**
 * Finds apps by key, service or device, each once. Without names, returns all apps. The name of a device stands for all of
 * its services.
 * @throws DeploymentError `NOT_FOUND`, with the nearest name in the hint.
 */
export function chooseApps<App extends NamedApp>(
  names: readonly string[],
  project: NamedProject<App>,
  where?: string,
): App[] {
  if (names.length === 0) return [...project.apps];
  return [...new Set(names.flatMap((name) => findApps(name, project, where)))];
}

/** The keys of apps by key, service or device. Without names, returns none. @throws DeploymentError as `chooseApps`. */
export const appKeys = (names: readonly string[], project: NamedProject<NamedApp>): string[] =>
  names.flatMap((name) => findApps(name, project).map(({ key }) => key));

/**
 * Reduces a project to the named apps and those that they depend on. Without names, returns the whole project.
 * @param options.deps include the apps that the named apps depend on. Default true.
 * @throws DeploymentError as `chooseApps`.
 */
export async function selectNamed(
  names: readonly string[] | undefined,
  desired: AppProject,
  { deps = true }: { deps?: boolean | undefined } = {},
): Promise<DesiredProject> {
  if (names === undefined || names.length === 0) return desired;
  const { selectApps } = await import("@openfactory/deployer");
  return selectApps(desired, appKeys(names, desired), { dependencies: deps });
}

function findApps<App extends NamedApp>(
  name: string,
  { apps, devices = [] }: NamedProject<App>,
  where = "in the files",
): App[] {
  const found = apps.find(({ key }) => key === name) ?? apps.find(({ service }) => service === name.toLowerCase());
  if (found !== undefined) return [found];
  const parts = apps.filter(({ device }) => device?.key === name);
  if (parts.length > 0) return parts;
  const device = devices.find(({ key }) => key === name);
  if (device !== undefined) {
    throw new DeploymentError(
      "NOT_FOUND",
      `The device ${name} has no services: its connector is ${device.connector}.`,
      {
        hint: "OpenFactory's connector service connects the device. ofdeploy deploys nothing for it.",
      },
    );
  }
  const known = [...new Set([...devices.map(({ key }) => key), ...apps.flatMap(({ key, service }) => [key, service])])];
  const nearest = closestMatch(name, known, { maxDistance: Math.max(1, Math.floor(name.length / 2)) });
  throw new DeploymentError(
    "NOT_FOUND",
    `There is no ${devices.length === 0 ? "app" : "app or device"} ${name} ${where}.`,
    {
      hint:
        nearest !== undefined
          ? `Did you mean ${nearest}?`
          : apps.length === 0
            ? "Run `ofdeploy ps` to see what is deployed."
            : `Known apps: ${apps.map(({ key }) => key).join(", ")}.`,
    },
  );
}

/**
 * Finds apps of the files, as `chooseApps`. If the project has no apps, finds the project's deployed services.
 * @throws DeploymentError `NOT_FOUND`, with the nearest name in the hint.
 */
export async function chooseDeployed(
  names: readonly string[],
  desired: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<NamedApp[]> {
  if (desired.apps.length > 0 || (desired.devices ?? []).length > 0) return chooseApps(names, desired);
  const deployed = await deployedApps(desired, strategy);
  // The strategy can't list services, so the names are used unchecked.
  if (deployed === undefined) return names.map((name) => ({ key: name, service: name.toLowerCase() }));
  return chooseApps(names, { apps: deployed }, `deployed in the project ${desired.project}`);
}

/** The project's services as apps, by their labels; undefined if the strategy can't list services. */
export async function deployedApps(
  desired: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
  signal?: AbortSignal,
): Promise<NamedApp[] | undefined> {
  const { observe, ownerOf, ownershipOf } = await import("@openfactory/deployer");
  const { services, sees } = await observe(strategy, [], { instances: false, project: desired.project, signal });
  if (sees !== "all") return undefined;
  return [...services.values()].flatMap(({ name, labels }) => {
    const isOwn = ["ours", "unrecorded"].includes(ownershipOf(labels, desired, false));
    const device = labels[METADATA_LABELS.device];
    return isOwn
      ? [{ key: ownerOf(labels)?.app ?? name, service: name, ...(device !== undefined && { device: { key: device } }) }]
      : [];
  });
}
