import { DeploymentError } from "@openfactory/deploy-core";
import type { AuthEntry, ConfigFile } from "../config/config-file.js";
import type { RegistryCredentials } from "./credentials.js";
import { normaliseRegistry, serverAddress } from "./reference.js";

/** The value of the key that is the registry's own, or else of the first that means the same. */
export function forRegistry<Value>(
  entries: Readonly<Record<string, Value>> | undefined,
  registry: string,
): Value | undefined {
  const all = Object.entries(entries ?? {});
  const exact = all.find(([key]) => key === serverAddress(registry));
  return (exact ?? all.find(([key]) => normaliseRegistry(key) === registry))?.[1];
}

function decodeAuth(auth: string, registry: string): { username: string; password: string } {
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon <= 0) {
    throw new DeploymentError("INVALID_REQUEST", `The credentials for ${registry} in config.json can't be read.`, {
      hint: `Log in again with docker login ${registry}.`,
    });
  }
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
}

function toCredentials(entry: AuthEntry, registry: string): RegistryCredentials | undefined {
  const { auth, username, password, identitytoken, registrytoken } = entry;
  const serveraddress = serverAddress(registry);
  const user = auth ? decodeAuth(auth, registry) : { username, password };
  if (identitytoken) return { username: user.username, identitytoken, serveraddress };
  if (registrytoken) return { registrytoken, serveraddress };
  return user.username && user.password ? { ...user, serveraddress } : undefined;
}

/** Credentials written in config.json itself. @throws DeploymentError `INVALID_REQUEST` if they can't be read. */
export function configAuth(config: ConfigFile, registry: string): RegistryCredentials | undefined {
  const entry = forRegistry(config.auths, registry);
  return entry && toCredentials(entry, registry);
}
