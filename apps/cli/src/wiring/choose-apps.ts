import { DeploymentError } from "@openfactory/deploy-core";
import { closestMatch } from "leven";

/** An app as the command line can name it. */
export interface NamedApp {
  key: string;
  service: string;
  /** The device that it is a service of. */
  device?: { readonly key: string };
}

/** What the command line can name. */
export interface NamedProject<App extends NamedApp> {
  readonly apps: readonly App[];
  /** Among them those without services. */
  readonly devices?: readonly {
    readonly key: string;
    readonly connector: string;
    readonly services: readonly string[];
  }[];
}

/**
 * The apps that are named, by their names in the file, their services', or their devices', each once; all where none is
 * named. The name of a device names all of its services.
 * @throws DeploymentError `NOT_FOUND` with the nearest name.
 */
export function chooseApps<App extends NamedApp>(
  names: readonly string[],
  project: NamedProject<App>,
  where?: string,
): App[] {
  if (names.length === 0) return [...project.apps];
  return [...new Set(names.flatMap((name) => findApps(name, project, where)))];
}

/** The names in the file of the apps that are named. @throws DeploymentError `NOT_FOUND` with the nearest name. */
export const appKeys = (names: readonly string[], project: NamedProject<NamedApp>): string[] =>
  names.flatMap((name) => findApps(name, project).map(({ key }) => key));

/** The app of that name, or of that service, or all of that device. @throws DeploymentError `NOT_FOUND` with the nearest name. */
function findApps<App extends NamedApp>(
  name: string,
  { apps, devices = [] }: NamedProject<App>,
  where = "in the files",
): App[] {
  const found = apps.find(({ key }) => key === name) ?? apps.find(({ service }) => service === name.toLowerCase());
  if (found !== undefined) return [found];
  const parts = apps.filter(({ device }) => device?.key === name);
  if (parts.length > 0) return parts;
  const elsewhere = devices.find(({ key }) => key === name);
  if (elsewhere !== undefined) {
    throw new DeploymentError(
      "NOT_FOUND",
      `The device ${name} has no services: its connector is ${elsewhere.connector}.`,
      {
        hint: "The connector service of OpenFactory runs it; nothing is deployed for it.",
      },
    );
  }
  const known = [...new Set([...devices.map(({ key }) => key), ...apps.flatMap(({ key, service }) => [key, service])])];
  const near = closestMatch(name, known, { maxDistance: Math.max(1, Math.floor(name.length / 2)) });
  throw new DeploymentError(
    "NOT_FOUND",
    `There is no ${devices.length === 0 ? "app" : "app or device"} ${name} ${where}.`,
    {
      hint:
        near !== undefined
          ? `Did you mean ${near}?`
          : apps.length === 0
            ? "Run `ofdeploy ps` to see what is deployed."
            : `The apps are: ${apps.map(({ key }) => key).join(", ")}.`,
    },
  );
}
