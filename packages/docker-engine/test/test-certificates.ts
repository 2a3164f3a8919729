import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "@openfactory/test-engine";
import { temporaryDirectory } from "./temporary-directory.js";

export interface TestCertificates {
  /** Holds the client's ca.pem, cert.pem and key.pem. */
  clientDirectory: string;
  ca: string;
  server: { cert: string; key: string };
}

export interface CertificateOptions {
  /** The name of the authority. */
  authority?: string;
  /** How long the server's certificate is valid, in days. Negative: it has expired. */
  serverDays?: number;
  /** Where the files are. Default: a directory that is removed when the test has finished. */
  directory?: string;
}

/** A separate authority, and its certificates for the server 127.0.0.1 and a client; made by openssl. */
export async function testCertificates({
  authority = "test ca",
  serverDays = 1,
  directory = temporaryDirectory(),
}: CertificateOptions = {}): Promise<TestCertificates> {
  writeFileSync(join(directory, "server.ext"), "subjectAltName=IP:127.0.0.1\n");
  // Go's servers reject client certificates without this.
  writeFileSync(join(directory, "client.ext"), "extendedKeyUsage=clientAuth\n");
  const openssl = (...args: string[]): Promise<string> => mustRun("openssl", args, { cwd: directory });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    "-x509",
    "-days",
    "1",
    ...newKey,
    "-keyout",
    "ca-key.pem",
    "-out",
    "ca.pem",
    "-subj",
    `/CN=${authority}`,
  );
  const issue = async (name: string, days: number, cert: string, key: string): Promise<void> => {
    await openssl("req", ...newKey, "-keyout", key, "-out", "request.pem", "-subj", `/CN=${name}`);
    const signer = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", String(days)];
    await openssl("x509", "-req", "-in", "request.pem", ...signer, "-extfile", `${name}.ext`, "-out", cert);
  };
  await issue("server", serverDays, "server-cert.pem", "server-key.pem");
  await issue("client", 1, "cert.pem", "key.pem");
  const read = (file: string): string => readFileSync(join(directory, file), "utf8");
  return {
    clientDirectory: directory,
    ca: read("ca.pem"),
    server: { cert: read("server-cert.pem"), key: read("server-key.pem") },
  };
}
