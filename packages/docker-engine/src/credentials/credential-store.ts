import { DeploymentError } from "@openfactory/deploy-core";
import { type ConfigFile, readConfigFile } from "../config/config-file.js";
import type { Environment } from "../config/config-directory.js";
import type { CallOptions } from "../engine.js";
import { configAuth, forRegistry } from "./config-auths.js";
import type { CredentialsProblem, FoundCredentials } from "./credentials.js";
import { serverAddress } from "./reference.js";

/** Where the user's registry credentials are: Docker's config.json, and the credential helpers that it names. */
export class CredentialStore {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * Credentials for a registry's host: of its own helper, or of the common one, or written in the file. A helper or a
   * file that fails is a problem and no error: most images need no login, and the docker command goes on, too.
   * @throws DeploymentError `ABORTED`.
   */
  async find(registry: string, options: CallOptions = {}): Promise<FoundCredentials | undefined> {
    let problem: CredentialsProblem | undefined;
    const attempt = async <Result>(work: () => Result | Promise<Result>): Promise<Result | undefined> => {
      try {
        return await work();
      } catch (error) {
        if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
        problem ??= {
          message: error.message.replace(/\.$/, ""),
          hint: error.hint ?? "Log in again with docker login.",
        };
        return undefined;
      }
    };
    const config: ConfigFile = (await attempt(() => readConfigFile(this.#env))) ?? {};
    const helper = forRegistry(config.credHelpers, registry) ?? config.credsStore;
    if (helper) {
      // Few have one: what starts programs is loaded for these only.
      const { askHelper } = await import("./helper.js");
      const credentials = await attempt(() => askHelper(helper, serverAddress(registry), this.#env, options));
      if (credentials) return { credentials, helper };
    }
    const credentials = await attempt(() => configAuth(config, registry));
    if (credentials === undefined && problem === undefined) return undefined;
    return { ...(credentials && { credentials }), ...(problem && { problem }) };
  }
}
