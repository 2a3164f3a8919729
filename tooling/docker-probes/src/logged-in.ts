import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The environment of a user who has credentials for Docker Hub, so that services store some. They are nobody's: an engine
 * that can reach Docker Hub is refused, and runs the images that it has.
 */
export function loggedIn(): { DOCKER_CONFIG: string } {
  const folder = mkdtempSync(join(tmpdir(), "openfactory-login-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const auths = { "https://index.docker.io/v1/": { username: "nobody", password: "none" } };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths }));
  return { DOCKER_CONFIG: folder };
}
