import type { DeployRequest } from "@openfactory/deploy-core";
import type { Declaration } from "../resources.js";
import { type AppContext, field, listField, type RequestField, type RequestFields } from "./fields.js";

/** The networks, by name on the engine. */
export function networksField({
  entry: { networks, network_mode: mode },
  path,
  declared,
  report,
}: AppContext): RequestField<string[]> | undefined {
  if (mode != null && networks != null) {
    report([...path, "network_mode"], "can't be combined with networks", "Remove network_mode, or remove networks.");
  }
  // The engine's default network is that of an app without networks.
  if (mode === "host" || mode === "none") return listField([{ value: mode, path: [...path, "network_mode"] }]);
  if (networks == null) return undefined;
  networks.forEach((name, index) => {
    if (name !== "default" || declared.networks.has(name)) return;
    const hint = "Remove networks, or declare the network at the top level: networks: {default: {}}.";
    // For an engine, "default" means no network; for Compose, the project's own network.
    report([...path, "networks", index], '"default" is not a network', hint);
  });
  return field(
    networks.map((name) => declared.networks.get(name)?.name ?? name),
    [...path, "networks"],
  );
}

/** As in Compose a declared secret becomes the file `/run/secrets/<key>`, whatever its name on the engine. */
export const secretsField = ({ entry: { secrets }, path, declared }: AppContext): RequestFields["secrets"] =>
  secrets == null
    ? undefined
    : field(
        resolved(secrets, declared.secrets, (key) => key),
        [...path, "secrets"],
      );

/** As in Compose a declared config becomes the file `/<key>`. */
export const configsField = ({ entry: { configs }, path, declared }: AppContext): RequestFields["configs"] =>
  configs == null
    ? undefined
    : field(
        resolved(configs, declared.configs, (key) => `/${key}`),
        [...path, "configs"],
      );

type References = NonNullable<DeployRequest["secrets"]>;

/** A resource that the file does not declare exists under the given name. */
const resolved = (
  references: References,
  declared: ReadonlyMap<string, Declaration>,
  targetOf: (key: string) => string,
): References =>
  references.map((reference) => {
    const { name: key, ...rest } = typeof reference === "string" ? { name: reference } : reference;
    const found = declared.get(key);
    return found === undefined ? reference : { target: targetOf(key), ...rest, name: found.name };
  });
