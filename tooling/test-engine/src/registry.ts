import * as http from "node:http";
import * as https from "node:https";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPackages, unpackPackage } from "./debian-packages.js";
import { type Log, logToStderr, TestEngineError } from "./errors-and-log.js";
import { freePort } from "./free-port.js";
import type { RawAnswer, RawEngine } from "./raw-engine.js";
import { hasCommand, mustRun } from "./run-command.js";

export interface RegistryAccount {
  readonly username: string;
  readonly password: string;
}

/** The account of a registry started with `auth`. The password file contains its bcrypt hash. */
export const REGISTRY_ACCOUNT: RegistryAccount = { username: "tester", password: "open-sesame" };
const HTPASSWD = "tester:$2b$04$Eo32H20hHstgCM2J8AdLfuwisH6hmZcOMVx2pINHgkQvUo8tK16RC\n";

/** The account after `changePassword`. */
export const CHANGED_ACCOUNT: RegistryAccount = { username: "tester", password: "open-barley" };
const CHANGED_HTPASSWD = "tester:$2b$04$Q/HEZa22e/4NyRcV0nmHw.uwfTFGlQUlwwd9XRoeYvw7klMXCAUoa\n";

export interface RegistryOptions {
  /** Requires `REGISTRY_ACCOUNT`. Default: no authentication. */
  readonly auth?: boolean;
  /** Serves HTTPS with a self-signed certificate. Default: HTTP, which engines accept from 127.0.0.0/8. */
  readonly tls?: boolean;
  /** The address to listen on. Default 127.0.0.1. Use a swarm's `gateway` to make it reachable for its nodes. */
  readonly address?: string;
  /** Requires tokens of that service. Default: no tokens. */
  readonly tokens?: TokenService;
  /** Serves the images of another registry. */
  readonly imagesOf?: Registry;
  readonly log?: Log;
}

/** A service that issues tokens for a registry. */
export interface TokenService {
  /** Its URL. */
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM. The header `x5c` of tokens has the certificate of the key that signs them. */
  readonly certificate: string;
}

/** A real registry on this machine, initially empty. */
export interface Registry {
  /** The registry part of image names, such as `127.0.0.1:34567`. */
  readonly host: string;
  /** The directory with its images. */
  readonly storage: string;
  /** The current account, with `auth`. */
  readonly credentials?: RegistryAccount;
  /** The value of the header `X-Registry-Auth`. */
  readonly registryAuth: string;
  /** PEM, with `tls`. */
  readonly certificate?: string;
  /** Pushes an image of the engine as `<host>/<name>`: `push(engine, "openfactory/test:1", "app:1")`. Returns its digest. */
  push(engine: RawEngine, image: string, name: string): Promise<string>;
  /** Requests a path such as `/v2/_catalog` from the registry, with the credentials, if any. */
  get(path: string): Promise<RawAnswer>;
  /** Uploads a manifest or an index to a path such as `/v2/app/manifests/1`. @throws TestEngineError if it is refused */
  put(path: string, body: string, contentType: string): Promise<void>;
  /** Changes the account to {@link CHANGED_ACCOUNT}. The old password is refused from then on. */
  changePassword(): void;
  /** Stops the registry and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts Debian's docker-registry on a free port, with its files in a temporary folder.
 * @throws TestEngineError if it can't be downloaded or started
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const { address = "127.0.0.1", auth = false, tls = false, log = logToStderr } = options;
  const binary = join(await unpackPackage("docker-registry", log), "usr/bin/docker-registry");
  const folder = mkdtempSync(join(tmpdir(), "openfactory-registry-"));
  const certificate = tls ? await makeCertificate(folder, address) : undefined;
  const host = `${address}:${await freePort(address)}`;
  const configFile = join(folder, "config.json");
  const storage = options.imagesOf?.storage ?? join(folder, "storage");
  writeFileSync(join(folder, "htpasswd"), HTPASSWD);
  if (options.tokens) writeFileSync(join(folder, "tokens.pem"), options.tokens.certificate);
  const serving = { folder, storage, addr: host, auth, certificate, tokens: options.tokens };
  writeFileSync(configFile, JSON.stringify(configuration(serving)));

  const server = spawn(binary, ["serve", configFile], { stdio: ["ignore", "ignore", "pipe"] });
  const killOnExit = () => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", killOnExit);
  let account = auth ? REGISTRY_ACCOUNT : undefined;
  const ask = (method: string, path: string, content?: Content) =>
    send({ host, account, certificate }, method, path, content);
  const registry: Registry = {
    host,
    storage,
    get credentials() {
      return account;
    },
    get registryAuth() {
      return urlBase64({ ...account, serveraddress: host });
    },
    certificate: certificate?.certificate,
    push: (engine, image, name) => push(engine, image, `${host}/${name}`, registry.registryAuth),
    get: (path) => ask("GET", path),
    async put(path, body, type) {
      const answer = await ask("PUT", path, { body, type });
      if (answer.status !== 201)
        throw new TestEngineError(`PUT ${path} failed with status ${answer.status}: ${JSON.stringify(answer.body)}`);
    },
    changePassword() {
      account = CHANGED_ACCOUNT;
      writeFileSync(join(folder, "htpasswd"), CHANGED_HTPASSWD);
    },
    async stop() {
      process.removeListener("exit", killOnExit);
      await ended(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await untilReady(registry, server, options.tokens ? 401 : 200);
  return registry;
}

interface Serving extends Pick<RegistryOptions, "auth" | "tokens"> {
  readonly folder: string;
  readonly storage: string;
  readonly addr: string;
  readonly certificate: Certificate | undefined;
}

function configuration({ folder, storage, addr, auth, certificate, tokens }: Serving): object {
  const { certificate: _, ...token } = tokens ?? {};
  return {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: {
      addr,
      ...(certificate && { tls: { certificate: certificate.certificateFile, key: certificate.keyFile } }),
    },
    ...(auth && { auth: { htpasswd: { realm: "openfactory-test", path: join(folder, "htpasswd") } } }),
    ...(tokens && { auth: { token: { ...token, rootcertbundle: join(folder, "tokens.pem") } } }),
  };
}

async function untilReady(registry: Registry, server: ChildProcess, status: number): Promise<void> {
  let errors = "";
  server.stderr?.on("data", (text) => (errors = `${errors}${text}`.slice(-2000)));
  server.on("error", (error) => (errors += error.message));
  for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt++) {
    if (
      await registry.get("/v2/").then(
        (answer) => answer.status === status,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  await registry.stop();
  throw new TestEngineError(`The test registry did not start: ${errors.trim().split("\n").at(-1) ?? ""}`);
}

async function push(engine: RawEngine, image: string, target: string, registryAuth: string): Promise<string> {
  const colon = target.lastIndexOf(":");
  const [repo, tag] = [target.slice(0, colon), target.slice(colon + 1)];
  await engine.call("POST", `/images/${image}/tag?repo=${encodeURIComponent(repo)}&tag=${tag}`);
  const output = String(
    await engine.call("POST", `/images/${repo}/push?tag=${tag}`, undefined, {
      headers: { "X-Registry-Auth": registryAuth },
    }),
  );
  const failure = /"error":"([^"]*)"/.exec(output);
  if (failure) throw new TestEngineError(`Could not push ${target}: ${failure[1]}`);
  return /"Digest":"(sha256:[0-9a-f]{64})"/.exec(output)?.[1] ?? "";
}

/** URL-safe base64 with padding. Without padding, the engine ignores the header. */
function urlBase64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

interface Content {
  readonly body: string;
  readonly type: string;
}

interface Address {
  readonly host: string;
  readonly account?: RegistryAccount;
  readonly certificate?: Certificate;
}

function send(
  { host, account, certificate }: Address,
  method: string,
  path: string,
  content?: Content,
): Promise<RawAnswer> {
  const options = {
    method,
    ca: certificate?.certificate,
    auth: account && `${account.username}:${account.password}`,
    agent: false as const,
    headers: {
      accept: "application/vnd.docker.distribution.manifest.v2+json, application/json",
      ...(content && { "content-type": content.type }),
    },
  };
  return new Promise((resolve, reject) => {
    const client = certificate ? https : http;
    const request = client.request(`${certificate ? "https" : "http"}://${host}${path}`, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parse(text) }));
    });
    request.on("error", reject).end(content?.body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    server.once("exit", () => resolve());
    server.kill("SIGTERM");
    setTimeout(() => server.kill("SIGKILL"), 5_000).unref();
  });
}

/** A self-signed certificate. */
interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
  /** PEM. */
  readonly certificate: string;
}

/** Creates a key and a certificate for an IP address in `folder`, valid for a day. */
async function makeCertificate(folder: string, address: string): Promise<Certificate> {
  if (!(await hasCommand("openssl"))) await installPackages(["openssl"], "a registry with TLS");
  const keyFile = join(folder, "key.pem");
  const certificateFile = join(folder, "cert.pem");
  const subject = ["-subj", "/CN=openfactory-test", "-addext", `subjectAltName=IP:${address},DNS:localhost`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  await mustRun("openssl", ["req", "-x509", "-days", "1", ...key, "-out", certificateFile, ...subject]);
  return { keyFile, certificateFile, certificate: readFileSync(certificateFile, "utf8") };
}
