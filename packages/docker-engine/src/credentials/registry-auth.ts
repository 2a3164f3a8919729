import type { CallOptions } from "../engine.js";
import type { CredentialStore } from "./credential-store.js";
import type { RegistryCredentials } from "./credentials.js";
import { registryOf } from "./reference.js";

/** How long a helper's answer serves: a roll-out of many services asks once. */
const KEPT_MS = 30_000;

/** Base64url with padding: without it, engines take the header for no credentials, and say nothing. */
export function encodeAuth(credentials: RegistryCredentials): string {
  return Buffer.from(JSON.stringify(credentials)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/** The header with which a call hands credentials to the engine. */
export class RegistryAuth {
  readonly #store: Pick<CredentialStore, "find">;
  readonly #now: () => number;
  readonly #kept = new Map<string, { until: number; credentials: RegistryCredentials | undefined }>();

  constructor(store: Pick<CredentialStore, "find">, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** `X-Registry-Auth` for the image's registry; no header where there are no credentials. */
  async headers(image: string | undefined, options?: CallOptions): Promise<Record<string, string>> {
    if (image === undefined) return {};
    const credentials = await this.#find(registryOf(image), options);
    return credentials ? { "X-Registry-Auth": encodeAuth(credentials) } : {};
  }

  async #find(registry: string, options?: CallOptions): Promise<RegistryCredentials | undefined> {
    const kept = this.#kept.get(registry);
    if (kept && kept.until > this.#now()) return kept.credentials;
    const credentials = await this.#store.find(registry, options);
    this.#kept.set(registry, { until: this.#now() + KEPT_MS, credentials });
    return credentials;
  }
}
