import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installPackages } from "./debian-packages.js";
import { hasCommand, mustRun } from "./run-command.js";

/** A self-signed certificate, its own authority. */
export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
  /** PEM. */
  readonly certificate: string;
}

/** Makes a key and a certificate for an IP address in `folder`, good for a day. */
export async function makeCertificate(folder: string, address: string): Promise<Certificate> {
  if (!(await hasCommand("openssl"))) await installPackages(["openssl"], "a registry with TLS");
  const keyFile = join(folder, "key.pem");
  const certificateFile = join(folder, "cert.pem");
  const subject = ["-subj", "/CN=openfactory-test", "-addext", `subjectAltName=IP:${address},DNS:localhost`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  await mustRun("openssl", ["req", "-x509", "-days", "1", ...key, "-out", certificateFile, ...subject]);
  return { keyFile, certificateFile, certificate: readFileSync(certificateFile, "utf8") };
}
