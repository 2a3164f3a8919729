import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { configDirectory, type Environment } from "./docker-config.js";
import type { TlsMaterial } from "./endpoint.js";
import { readSettings } from "./read-settings.js";

/**
 * The environment's TLS settings, for addresses that do not come from a context: `DOCKER_TLS_VERIFY` (any value) checks the
 * engine's certificate, `DOCKER_TLS` does not. Files are in `DOCKER_CERT_PATH`, or in the user's Docker configuration, where
 * they are optional. Source: docker/cli, `cli/flags/options.go`.
 */
export function environmentTls(env: Environment): TlsMaterial | undefined {
  const verify = Boolean(env["DOCKER_TLS_VERIFY"]);
  if (!verify && !env["DOCKER_TLS"]) return undefined;
  const given = env["DOCKER_CERT_PATH"];
  return readTlsFiles(given || configDirectory(env), { verify, required: Boolean(given) });
}

function readPem(file: string, required: boolean): string | undefined {
  try {
    return readSettings(file);
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
 * @param options `required`: whether a missing file is an error.
 * @throws DeploymentError `INVALID_REQUEST`: a file can't be read, or there is a certificate without its key.
 */
export function readTlsFiles(directory: string, options: { verify: boolean; required: boolean }): TlsMaterial {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => {
    // Without a check, no authority is needed.
    return readPem(join(directory, name), options.required && (options.verify || name !== "ca.pem"));
  });
  if ((cert === undefined) !== (key === undefined)) {
    throw new DeploymentError("INVALID_REQUEST", `${directory} has only one of cert.pem and key.pem.`, {
      hint: "Add the missing file: a client certificate requires both.",
    });
  }
  return { ca, cert, key, verify: options.verify };
}
