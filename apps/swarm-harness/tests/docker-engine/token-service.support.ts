import { execFileSync } from "node:child_process";
import { randomUUID, sign, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TokenService } from "@openfactory/test-engine";

export const ACCOUNT = { username: "plant", password: "open-sesame" };

/** The token that `docker login` stores for an account of an identity provider. */
export const IDENTITY_TOKEN = "identity-7";

export interface RunningTokenService extends TokenService {
  /** What was requested: the method, and the scope. */
  readonly requests: string[];
  stop(): Promise<void>;
}

/**
 * Issues tokens as Docker's registry requires (distribution, docs/spec/auth): one that allows what the scope names for the account,
 * and without an account one for repositories below `public/`.
 */
export async function startTokenService(): Promise<RunningTokenService> {
  const folder = mkdtempSync(join(tmpdir(), "tokens-"));
  const [keyFile, certificateFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    ["req", "-x509", "-days", "1", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"].concat([
      "-keyout",
      keyFile,
      "-out",
      certificateFile,
      "-subj",
      "/CN=tokens",
    ]),
    { stdio: "ignore" },
  );
  const [key, certificate] = [readFileSync(keyFile), readFileSync(certificateFile, "utf8")];
  rmSync(folder, { recursive: true });
  const requests: string[] = [];
  const [service, issuer] = ["openfactory-registry", "openfactory-tokens"];

  const issue = (scope: string): string => {
    const [type, name, actions = ""] = scope.split(":");
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const header = { typ: "JWT", alg: "ES256", x5c: [new X509Certificate(certificate).raw.toString("base64")] };
    const access = [{ type, name, actions: actions.split(",") }];
    const times = { nbf: now - 60, iat: now, exp: now + 300 };
    const signed = `${part(header)}.${part({ iss: issuer, sub: "", aud: service, ...times, jti: randomUUID(), access })}`;
    return `${signed}.${sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
  const server = createServer(async (request, response) => {
    const { isKnown, scope, name } = await readRequest(request);
    requests.push(`${request.method} ${scope}`);
    const isAllowed = isKnown ?? scope.startsWith("repository:public/");
    response.writeHead(isAllowed ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(isAllowed ? { [name]: issue(scope) } : { details: "unauthorized" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    service,
    issuer,
    certificate,
    requests,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Whether the credentials are valid; undefined without credentials. */
async function readRequest(request: IncomingMessage) {
  if (request.method === "POST") {
    const form = new URLSearchParams(await text(request));
    const isKnown = form.get("refresh_token") === IDENTITY_TOKEN && form.get("grant_type") === "refresh_token";
    return { isKnown, scope: form.get("scope") ?? "", name: "access_token" };
  }
  const scope = new URL(request.url ?? "", "http://tokens").searchParams.get("scope") ?? "";
  const { authorization } = request.headers;
  const expected = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString("base64")}`;
  return { isKnown: authorization === undefined ? undefined : authorization === expected, scope, name: "token" };
}
