import { homedir } from "node:os";
import { join } from "node:path";

/** Environment variables, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The user's Docker configuration: `$DOCKER_CONFIG`, or `.docker` in the home directory. */
export function configDirectory(env: Environment): string {
  if (env["DOCKER_CONFIG"]) return env["DOCKER_CONFIG"];
  return join(env["HOME"] || env["USERPROFILE"] || homedir(), ".docker");
}
