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
export function chooseApps<App extends NamedApp>(names: readonly string[], apps: readonly App[]): App[] {
  if (names.length === 0) return [...apps];
  return [...new Set(names.map((name) => findApp(name, apps)))];
}

/**
 * The names in the file of the apps that are named. With a project by name there is no file: they are looked for among
 * what runs.
 * @throws DeploymentError `NOT_FOUND` with the nearest name.
 */
export const appKeys = (names: readonly string[], apps: readonly NamedApp[], project?: string): string[] =>
  project === undefined ? names.map((name) => findApp(name, apps).key) : [...names];

/** The app of that name, or of that service. @throws DeploymentError `NOT_FOUND` with the nearest name. */
export function findApp<App extends NamedApp>(name: string, apps: readonly App[]): App {
  const found = apps.find(({ key }) => key === name) ?? apps.find(({ service }) => service === name.toLowerCase());
  if (found !== undefined) return found;
  const known = [...new Set(apps.flatMap(({ key, service }) => [key, service]))];
  const near = closestMatch(name, known, { maxDistance: Math.max(1, Math.floor(name.length / 2)) });
  throw new DeploymentError("NOT_FOUND", `There is no app ${name} in the file.`, {
    hint: near === undefined ? `The apps are: ${apps.map(({ key }) => key).join(", ")}.` : `Did you mean ${near}?`,
  });
}
