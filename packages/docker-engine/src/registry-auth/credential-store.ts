import { DeploymentError, trimEnd } from "@openfactory/deploy-core";
import { type ConfigFile, readConfigFile, type Environment, type AuthEntry } from "../endpoint/docker-config.js";
import type { CallOptions } from "../engine.js";
import { withoutPeriod } from "../errors/engine-error.js";
import type { CredentialsProblem, FoundCredentials, RegistryCredentials } from "./credentials.js";
import { serverAddress, normalizeRegistry } from "./image-reference.js";

/** The user's registry credentials: Docker's config.json and its credential helpers. */
export class CredentialStore {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * Credentials for a registry's host: from its own helper, or `credsStore`, or the file. A helper or a file that fails is
   * a problem and not an error: most images need no login, and the docker command continues, too.
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
          message: withoutPeriod(error.message),
          hint: error.hint ?? "Log in again with `docker login`.",
        };
        return undefined;
      }
    };
    const config: ConfigFile = (await attempt(() => readConfigFile(this.#env))) ?? {};
    const helper = forRegistry(config.credHelpers, registry) ?? config.credsStore;
    if (helper) {
      // Few users have one: the module that starts programs is loaded for those only.
      const { askHelper } = await import("./credential-helper.js");
      const credentials = await attempt(() => askHelper(helper, serverAddress(registry), this.#env, options));
      if (credentials) return { credentials, helper };
    }
    const credentials = await attempt(() => configAuth(config, registry));
    if (credentials === undefined && problem === undefined) return undefined;
    return { ...(credentials && { credentials }), ...(problem && { problem }) };
  }
}

/** The value of the registry's own key, or of the first key that means the same registry. */
export function forRegistry<Value>(
  entries: Readonly<Record<string, Value>> | undefined,
  registry: string,
): Value | undefined {
  const all = Object.entries(entries ?? {});
  const exact = all.find(([key]) => key === serverAddress(registry));
  return (exact ?? all.find(([key]) => normalizeRegistry(key) === registry))?.[1];
}

function decodeAuth(auth: string, registry: string): { username: string; password: string } {
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon <= 0) {
    throw new DeploymentError("INVALID_REQUEST", `The credentials for ${registry} in config.json can't be read.`, {
      hint: `Log in again with \`docker login ${registry}\`.`,
    });
  }
  return { username: text.slice(0, colon), password: trimEnd(text.slice(colon + 1), "\0") };
}

function toCredentials(entry: AuthEntry, registry: string): RegistryCredentials | undefined {
  const { auth, username, password, identitytoken, registrytoken } = entry;
  const serveraddress = serverAddress(registry);
  const user = auth ? decodeAuth(auth, registry) : { username, password };
  if (identitytoken) return { username: user.username, identitytoken, serveraddress };
  if (registrytoken) return { registrytoken, serveraddress };
  return user.username && user.password ? { ...user, serveraddress } : undefined;
}

/** Credentials in config.json itself. @throws DeploymentError `INVALID_REQUEST` if they can't be read. */
export function configAuth(config: ConfigFile, registry: string): RegistryCredentials | undefined {
  const entry = forRegistry(config.auths, registry);
  return entry && toCredentials(entry, registry);
}
