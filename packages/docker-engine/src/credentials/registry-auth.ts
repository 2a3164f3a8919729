import type { CallOptions } from "../engine.js";
import { SharedWork } from "../sharing/shared-work.js";
import type { CredentialStore } from "./credential-store.js";
import type { CredentialsNote, FoundCredentials, RegistryCredentials } from "./credentials.js";
import { registryOf } from "./reference.js";
import { shortLived } from "./short-lived.js";

/** How long an answer serves, so that a roll-out of many services asks once: a helper's, which is a program, and the file's. */
const KEPT_MS = { helper: 30_000, file: 1_000 };

/** Base64url with padding: without it, engines take the header for no credentials, and say nothing. */
export function encodeAuth(credentials: RegistryCredentials): string {
  return Buffer.from(JSON.stringify(credentials)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/** The user's credentials as calls hand them to the engine. Only the header ever holds them. */
export class RegistryAuth {
  readonly #store: Pick<CredentialStore, "find">;
  readonly #now: () => number;
  readonly #asked = new SharedWork<FoundCredentials | undefined>();
  readonly #kept = new Map<string, { until: number; found: FoundCredentials | undefined }>();

  constructor(store: Pick<CredentialStore, "find">, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** `X-Registry-Auth` for the image's registry; no header where there are no credentials. */
  async headers(image: string | undefined, options?: CallOptions): Promise<Record<string, string>> {
    const registry = image === undefined ? undefined : registryOf(image);
    const found = registry === undefined ? undefined : await this.#find(registry, options);
    return found ? { "X-Registry-Auth": encodeAuth(found.credentials) } : {};
  }

  /** What is known of the credentials for the image's registry; undefined: there are none. */
  async note(image: string, options?: CallOptions): Promise<CredentialsNote | undefined> {
    const registry = registryOf(image);
    const found = registry === undefined ? undefined : await this.#find(registry, options);
    if (registry === undefined || found === undefined) return undefined;
    const { helper } = found;
    const expiry = shortLived(registry, found);
    return { registry, ...(helper && { helper }), ...(expiry && { shortLived: expiry }) };
  }

  async #find(registry: string, options: CallOptions = {}): Promise<FoundCredentials | undefined> {
    const kept = this.#kept.get(registry);
    if (kept && kept.until > this.#now()) return kept.found;
    const { signal, timeoutMs } = options;
    const found = await this.#asked.join(
      `${registry} ${timeoutMs}`,
      (ending) => this.#store.find(registry, { signal: ending, timeoutMs }),
      { signal },
    );
    this.#kept.set(registry, { until: this.#now() + KEPT_MS[found?.helper ? "helper" : "file"], found });
    return found;
  }
}
