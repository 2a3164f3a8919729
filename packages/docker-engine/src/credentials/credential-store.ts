import { readConfigFile } from "../config/config-file.js";
import type { Environment } from "../config/config-directory.js";
import type { CallOptions } from "../engine.js";
import { configAuth, forRegistry } from "./config-auths.js";
import type { FoundCredentials } from "./credentials.js";
import { serverAddress } from "./reference.js";

/** Where the user's registry credentials are: Docker's config.json, and the credential helpers that it names. */
export class CredentialStore {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * Credentials for a registry's host: of its own helper, or of the common one, or written in the file.
   * @throws DeploymentError `INVALID_REQUEST` for a broken config.json; `UNAUTHORIZED`, `TIMEOUT`, `ABORTED` of a helper.
   */
  async find(registry: string, options?: CallOptions): Promise<FoundCredentials | undefined> {
    const config = readConfigFile(this.#env);
    const helper = forRegistry(config.credHelpers, registry) ?? config.credsStore;
    if (helper) {
      // Few have one: what starts programs is loaded for these only.
      const { askHelper } = await import("./helper.js");
      const credentials = await askHelper(helper, serverAddress(registry), this.#env, options);
      if (credentials) return { credentials, helper };
    }
    const credentials = configAuth(config, registry);
    return credentials && { credentials };
  }
}
