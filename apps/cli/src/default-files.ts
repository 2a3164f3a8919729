import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AppProject } from "@openfactory/app-file";

/** Default names of the app file, in order of precedence. */
export const APP_FILES = ["openfactory.yml", "openfactory.yaml", "apps.yml", "apps.yaml"] as const;

/** Default names of a Compose file, in the order of the command docker compose. */
const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/** The files of a working directory that are read without `-f`. */
export interface DefaultFiles {
  /** The app file; else the Compose file, and the file beside it that overrides it: `compose.override.yaml`. */
  files: string[];
  /** About a Compose file that is not read. */
  notes: NonNullable<AppProject["notes"]>;
}

/** Undefined if the directory has neither an app file nor a Compose file. */
export function findDefaultFiles(cwd: string): DefaultFiles | undefined {
  const exists = (name: string): boolean => existsSync(join(cwd, name));
  const appFile = APP_FILES.find(exists);
  const compose = COMPOSE_FILES.find(exists);
  if (appFile !== undefined)
    return { files: [appFile], notes: compose === undefined ? [] : [ignored(compose, appFile)] };
  if (compose === undefined) return undefined;
  const [name = ""] = compose.split(".", 1);
  const override = [`${name}.override.yaml`, `${name}.override.yml`].find(exists);
  return { files: override === undefined ? [compose] : [compose, override], notes: [] };
}

const ignored = (compose: string, appFile: string): DefaultFiles["notes"][number] => ({
  code: "COMPOSE_FILE_IGNORED",
  key: compose,
  reason: `The file is not read, because the directory has ${appFile}. Pass -f ${compose} to deploy it.`,
  locations: [],
});
