import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A user who has credentials for Docker Hub. */
export interface Login {
  readonly env: { readonly DOCKER_CONFIG: string };
  /** Removes the files. */
  end(): void;
}

/**
 * Credentials for Docker Hub, so that services store some. They are nobody's: an engine that can reach Docker Hub is
 * refused, and runs the images that it has.
 */
export function logIn(): Login {
  const DOCKER_CONFIG = mkdtempSync(join(tmpdir(), "openfactory-login-"));
  const auths = { "https://index.docker.io/v1/": { username: "nobody", password: "none" } };
  writeFileSync(join(DOCKER_CONFIG, "config.json"), JSON.stringify({ auths }));
  return { env: { DOCKER_CONFIG }, end: () => rmSync(DOCKER_CONFIG, { recursive: true, force: true }) };
}
