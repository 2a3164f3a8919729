import { configDirectory, type Environment } from "../config/config-directory.js";
import type { TlsMaterial } from "./endpoint.js";
import { readTlsFiles } from "./tls-files.js";

/**
 * TLS as the environment asks for it, for addresses that no context gave: `DOCKER_TLS_VERIFY` (any value) with the
 * engine's certificate checked, `DOCKER_TLS` without; files from `DOCKER_CERT_PATH`, or the user's Docker
 * configuration, where they may be missing. Source: docker/cli, `cli/flags/options.go`.
 */
export function environmentTls(env: Environment): TlsMaterial | undefined {
  const verify = Boolean(env["DOCKER_TLS_VERIFY"]);
  if (!verify && !env["DOCKER_TLS"]) return undefined;
  const given = env["DOCKER_CERT_PATH"];
  return readTlsFiles(given || configDirectory(env), { verify, required: Boolean(given) });
}
