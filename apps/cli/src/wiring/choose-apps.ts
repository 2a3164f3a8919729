import { DeploymentError } from "@openfactory/deploy-core";
import { closestMatch } from "leven";

/** An app as the command line can name it. */
export interface NamedApp {
  key: string;
  service: string;
}

/**
 * The apps that are named, by their names in the file or their services', each once; all where none is named.
 * @throws DeploymentError `NOT_FOUND` with the nearest name.
 */
export function chooseApps<App extends NamedApp>(names: readonly string[], apps: readonly App[], where?: string): App[] {
  if (names.length === 0) return [...apps];
  return [...new Set(names.map((name) => findApp(name, apps, where)))];
}

/** The names in the file of the apps that are named. @throws DeploymentError `NOT_FOUND` with the nearest name. */
export const appKeys = (names: readonly string[], apps: readonly NamedApp[]): string[] =>
  names.map((name) => findApp(name, apps).key);

/** The app of that name, or of that service. @throws DeploymentError `NOT_FOUND` with the nearest name. */
export function findApp<App extends NamedApp>(name: string, apps: readonly App[], where = "in the files"): App {
  const found = apps.find(({ key }) => key === name) ?? apps.find(({ service }) => service === name.toLowerCase());
  if (found !== undefined) return found;
  const known = [...new Set(apps.flatMap(({ key, service }) => [key, service]))];
  const near = closestMatch(name, known, { maxDistance: Math.max(1, Math.floor(name.length / 2)) });
  throw new DeploymentError("NOT_FOUND", `There is no app ${name} ${where}.`, {
    hint:
      near !== undefined
        ? `Did you mean ${near}?`
        : apps.length === 0
          ? "Run `ofdeploy ps` to see what is deployed."
          : `The apps are: ${apps.map(({ key }) => key).join(", ")}.`,
  });
}
