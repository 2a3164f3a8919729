import type { Redactor } from "@openfactory/deploy-core";
import type { AuthConfig } from "../connection/dockerode.js";
import type { CallOptions } from "../engine.js";
import type { CredentialStore } from "./credential-store.js";
import { type CredentialsInfo, type FoundCredentials, type RegistryCredentials, shortLived } from "./credentials.js";
import { registryOf } from "./image-reference.js";
import { SharedWork } from "../shared-work.js";

/** How long a result is cached, in milliseconds, so that a deployment of many services makes one lookup. */
const CACHE_MS = { helper: 30_000, problem: 30_000, file: 1_000 };

/** Base64url with padding: without it, engines ignore the header without an error. */
export function encodeAuth(credentials: RegistryCredentials): string {
  return Buffer.from(JSON.stringify(credentials)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

function secretsOf(credentials: RegistryCredentials | undefined): { value: string }[] {
  if (credentials === undefined) return [];
  const { username = "", password, identitytoken, registrytoken } = credentials;
  const basic = password && Buffer.from(`${username}:${password}`).toString("base64");
  const values = [password, identitytoken, registrytoken, basic, encodeAuth(credentials)];
  return values.filter((value) => value !== undefined && value !== "").map((value) => ({ value: value as string }));
}

/** The user's credentials as they are sent to the engine. Only the header contains them. */
export class RegistryAuth {
  readonly #store: Pick<CredentialStore, "find">;
  readonly #now: () => number;
  readonly #secrets: Redactor | undefined;
  readonly #lookups = new SharedWork<FoundCredentials | undefined>();
  readonly #cache = new Map<string, { until: number; found: FoundCredentials | undefined }>();

  /** @param secrets gets the credentials that are found, so that texts can be redacted. */
  constructor(store: Pick<CredentialStore, "find">, now: () => number = Date.now, secrets?: Redactor) {
    this.#store = store;
    this.#now = now;
    this.#secrets = secrets;
  }

  /** The header `X-Registry-Auth` for the image's registry, as dockerode takes it; undefined without credentials. */
  async authconfig(image: string | undefined, options?: CallOptions): Promise<AuthConfig | undefined> {
    const registry = image === undefined ? undefined : registryOf(image);
    const found = registry === undefined ? undefined : await this.#find(registry, options);
    return found?.credentials && { base64: encodeAuth(found.credentials) };
  }

  /** Where the credentials for the image's registry come from; undefined without credentials. */
  async info(image: string, options?: CallOptions): Promise<CredentialsInfo | undefined> {
    const registry = registryOf(image);
    const found = registry === undefined ? undefined : await this.#find(registry, options);
    if (registry === undefined || found === undefined) return undefined;
    const { credentials, helper, problem } = found;
    if (credentials === undefined) return { registry, problem, unavailable: true };
    const expiry = shortLived(registry, found);
    return { registry, ...(helper && { helper }), ...(expiry && { shortLived: expiry }), ...(problem && { problem }) };
  }

  async #find(registry: string, options: CallOptions = {}): Promise<FoundCredentials | undefined> {
    const cached = this.#cache.get(registry);
    if (cached && cached.until > this.#now()) return cached.found;
    const { signal, timeoutMs } = options;
    const found = await this.#lookups.join(
      `${registry} ${timeoutMs}`,
      (ending) => this.#store.find(registry, { signal: ending, timeoutMs }),
      { signal },
    );
    this.#secrets?.add(secretsOf(found?.credentials));
    const source = found?.problem ? "problem" : found?.helper ? "helper" : "file";
    this.#cache.set(registry, { until: this.#now() + CACHE_MS[source], found });
    return found;
  }
}
