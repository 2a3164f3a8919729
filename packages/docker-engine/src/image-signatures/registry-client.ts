import { createHash } from "node:crypto";
import { DeploymentError, whileWaiting } from "@openfactory/deploy-core";
import { normalizeRegistry } from "../registry-auth/image-reference.js";
import type { RegistryCredentials } from "../registry-auth/credentials.js";

/** The longest body that is read: manifests are at most 4 MiB (OCI distribution specification), payloads far smaller. */
const MAX_BYTES = 4 * 1024 * 1024;

const TIMEOUT_MS = 15_000;

/** The media types of images and of indexes of images for several platforms. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

export interface Manifest {
  /** The digest of the bytes, computed here. */
  readonly digest: string;
  readonly content: unknown;
}

type FindCredentials = (registry: string, signal: AbortSignal | undefined) => Promise<RegistryCredentials | undefined>;

/** Reads manifests and blobs of one repository through the registry API (OCI distribution specification). */
export class RegistryClient {
  readonly #registry: string;
  readonly #repository: string;
  readonly #find: FindCredentials;
  readonly #signal: AbortSignal | undefined;
  #authorization: string | undefined;

  constructor(
    { registry, repository }: { registry: string; repository: string },
    { find, signal }: { find: FindCredentials; signal?: AbortSignal | undefined },
  ) {
    this.#registry = normalizeRegistry(registry);
    this.#repository = repository;
    this.#find = find;
    this.#signal = signal;
  }

  /**
   * A manifest by tag or digest; undefined if there is none.
   * @throws DeploymentError `ENGINE_UNREACHABLE`, `UNAUTHORIZED`, `ENGINE_ERROR` (another answer, or another digest than
   * requested), `ABORTED`.
   */
  async manifest(reference: string): Promise<Manifest | undefined> {
    const bytes = await this.#get(`manifests/${reference}`, MANIFESTS);
    if (bytes === undefined) return undefined;
    return { digest: this.#check(bytes, reference), content: this.#parse(bytes) };
  }

  /** The content of a blob; undefined if there is none. @throws DeploymentError as {@link manifest}. */
  async blob(digest: string): Promise<Buffer | undefined> {
    const bytes = await this.#get(`blobs/${digest}`, "*/*");
    if (bytes !== undefined) this.#check(bytes, digest);
    return bytes;
  }

  /** The manifests that refer to a digest (OCI 1.1); undefined if the registry has no such list. */
  async referrers(digest: string): Promise<unknown> {
    const bytes = await this.#get(`referrers/${digest}`, "application/vnd.oci.image.index.v1+json");
    return bytes === undefined ? undefined : this.#parse(bytes);
  }

  #get(path: string, accept: string): Promise<Buffer | undefined> {
    const subject = `the registry ${this.#registry}`;
    const action = `send ${path.split("/")[0]} of ${this.#repository}, to verify its signature`;
    return whileWaiting({ subject, action, level: "call" }, () => this.#getAnswer(path, accept));
  }

  async #getAnswer(path: string, accept: string): Promise<Buffer | undefined> {
    const first = await this.#fetch(path, accept);
    const response = first.status === 401 ? await this.#logInAndFetch(first, path, accept) : first;
    if (response.status === 404 || response.status === 400) {
      // A registry without an endpoint answers one or the other.
      await response.body?.cancel();
      return undefined;
    }
    if (response.status === 401 || response.status === 403) {
      throw new DeploymentError(
        "UNAUTHORIZED",
        `The registry ${this.#registry} refused access to ${this.#repository}.`,
        {
          hint: `Log in with \`docker login ${this.#registry}\`.`,
        },
      );
    }
    if (!response.ok) throw this.#unexpected(`answered with status ${response.status}`);
    return this.#read(response);
  }

  async #logInAndFetch(refused: Response, path: string, accept: string): Promise<Response> {
    const challenge = refused.headers.get("www-authenticate") ?? "";
    await refused.body?.cancel();
    this.#authorization = await this.#authorize(challenge);
    return this.#fetch(path, accept);
  }

  /** Answers a challenge: `Basic`, or `Bearer` with a token of the registry's token service. */
  async #authorize(challenge: string): Promise<string | undefined> {
    const credentials = await this.#find(this.#registry, this.#signal);
    const { username = "", password, identitytoken, registrytoken } = credentials ?? {};
    const basic =
      password === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    if (!/^bearer /i.test(challenge)) return basic;
    if (registrytoken !== undefined) return `Bearer ${registrytoken}`;
    const parameters = new Map(
      [...challenge.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
    );
    const realm = URL.parse(parameters.get("realm") ?? "");
    // A token service receives the password, so it must not be reached in plain text, except where the registry is.
    if (realm === null || (realm.protocol !== "https:" && !isLoopback(realm.host))) {
      throw this.#unexpected("names no valid token service");
    }
    const service = parameters.get("service") ?? "";
    const scope = `repository:${this.#repository}:pull`;
    let request: RequestInit = { headers: basic === undefined ? {} : { authorization: basic } };
    if (identitytoken === undefined) {
      realm.searchParams.set("service", service);
      realm.searchParams.set("scope", scope);
    } else {
      const body = { grant_type: "refresh_token", service, scope, client_id: "ofdeploy", refresh_token: identitytoken };
      request = { method: "POST", body: new URLSearchParams(body) };
    }
    const response = await this.#send(realm, request);
    if (!response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const { token, access_token: accessToken } = this.#parse(await this.#read(response)) as Record<string, unknown>;
    const found = token ?? accessToken;
    return typeof found === "string" ? `Bearer ${found}` : undefined;
  }

  #fetch(path: string, accept: string): Promise<Response> {
    const host = this.#registry === "docker.io" ? "registry-1.docker.io" : this.#registry;
    const scheme = isLoopback(host) ? "http" : "https";
    const headers = { accept, ...(this.#authorization && { authorization: this.#authorization }) };
    return this.#send(new URL(`${scheme}://${host}/v2/${this.#repository}/${path}`), { headers });
  }

  async #send(url: URL, request: RequestInit): Promise<Response> {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const signal = this.#signal === undefined ? limit : AbortSignal.any([limit, this.#signal]);
    try {
      return await fetch(url, { ...request, signal });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  async #read(response: Response): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        if (size > MAX_BYTES) break;
        chunks.push(chunk);
      }
    } catch (error) {
      throw this.#unreachable(error);
    }
    if (size > MAX_BYTES) throw this.#unexpected(`answered with more than ${MAX_BYTES / 1024 / 1024} MiB`);
    return Buffer.concat(chunks);
  }

  /** The digest of the bytes. @throws DeploymentError if another digest was requested. */
  #check(bytes: Buffer, reference: string): string {
    const [algorithm = "", hex] = reference.split(":");
    const isDigest = hex !== undefined;
    const digest = hashOf(isDigest ? algorithm : "sha256", bytes);
    if (isDigest && digest !== reference) throw this.#unexpected(`answered with other content than ${reference}`);
    return digest;
  }

  #parse(bytes: Buffer): unknown {
    try {
      return JSON.parse(bytes.toString("utf8"));
    } catch {
      throw this.#unexpected("answered with something else than JSON");
    }
  }

  #unexpected(what: string): DeploymentError {
    return new DeploymentError("ENGINE_ERROR", `The registry ${this.#registry} ${what}.`, {
      hint: "Check the registry, and the proxies before it.",
    });
  }

  #unreachable(error: unknown): DeploymentError {
    if (this.#signal?.aborted) {
      return DeploymentError.isInstance(this.#signal.reason)
        ? this.#signal.reason
        : new DeploymentError("ABORTED", "The verification of signatures was aborted.");
    }
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const code = (cause as { code?: unknown } | undefined)?.code;
    const reason =
      (error as Error).name === "TimeoutError" ? `no answer within ${TIMEOUT_MS / 1000} s` : String(code ?? error);
    return new DeploymentError("ENGINE_UNREACHABLE", `The registry ${this.#registry} can't be reached (${reason}).`, {
      hint: "Check the network. Trust the authority of a private registry with NODE_EXTRA_CA_CERTS.",
      cause: error,
    });
  }
}

const hashOf = (algorithm: string, bytes: Buffer): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;

/** Engines use plain HTTP for registries on the same machine only. */
const isLoopback = (host: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host);
