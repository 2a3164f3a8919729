import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { TlsMaterial } from "./endpoint.js";

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
    throw new DeploymentError("INVALID_REQUEST", `In ${directory}, cert.pem and key.pem are not both there.`, {
      hint: "A client certificate needs both files.",
    });
  }
  return { ca, cert, key, verify: options.verify };
}
