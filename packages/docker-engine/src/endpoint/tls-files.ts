import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { configDirectory, type Environment } from "./docker-config.js";
import type { TlsMaterial } from "./endpoint.js";

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

function readPem(file: string, required: boolean): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!required && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
    throw new DeploymentError("INVALID_REQUEST", `The TLS file ${file} can't be read (${code}).`, {
      hint: "Correct DOCKER_CERT_PATH, or put ca.pem, cert.pem and key.pem there.",
      cause: { message: `can't read ${file}`, code },
    });
  }
}

/**
 * `ca.pem`, `cert.pem` and `key.pem` of a directory.
 * @param required whether one that is missing is an error.
 * @throws DeploymentError `INVALID_REQUEST`: one can't be read, or there is a certificate without its key.
 */
export function readTlsFiles(directory: string, options: { verify: boolean; required: boolean }): TlsMaterial {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => {
    // Where nothing is checked, there need be nothing to check against.
    return readPem(join(directory, name), options.required && (options.verify || name !== "ca.pem"));
  });
  if ((cert === undefined) !== (key === undefined)) {
    throw new DeploymentError("INVALID_REQUEST", `${directory} has only one of cert.pem and key.pem.`, {
      hint: "A client certificate needs both files.",
    });
  }
  return { ca, cert, key, verify: options.verify };
}
