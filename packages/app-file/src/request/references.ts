import type { DeployRequest } from "@openfactory/deploy-core";
import type { Declared } from "../resources.js";
import { type AppContext, at, type Part, type Parts } from "./fields.js";

/** The networks by their names on the engine. */
export function networksPart({ entry: { networks }, path, declared, tell }: AppContext): Part<string[]> | undefined {
  if (networks == null) return undefined;
  networks.forEach((name, index) => {
    if (name !== "default" || declared.networks.has(name)) return;
    const hint = "Leave networks out, or declare a network at the top: networks: {default: {}}.";
    // An engine takes this word for "no network named", and Compose for the project's own network.
    tell([...path, "networks", index], "default is not the name of a network", hint);
  });
  return at(
    networks.map((name) => declared.networks.get(name)?.name ?? name),
    [...path, "networks"],
  );
}

/** As in Compose a declared secret becomes the file `/run/secrets/<key>`, whatever its name on the engine. */
export const secretsPart = ({ entry: { secrets }, path, declared }: AppContext): Parts["secrets"] =>
  secrets == null
    ? undefined
    : at(
        resolved(secrets, declared.secrets, (key) => key),
        [...path, "secrets"],
      );

/** As in Compose a declared config becomes the file `/<key>`. */
export const configsPart = ({ entry: { configs }, path, declared }: AppContext): Parts["configs"] =>
  configs == null
    ? undefined
    : at(
        resolved(configs, declared.configs, (key) => `/${key}`),
        [...path, "configs"],
      );

type References = NonNullable<DeployRequest["secrets"]>;

/** What the file does not declare exists already, by that name. */
const resolved = (
  references: References,
  declared: ReadonlyMap<string, Declared>,
  targetOf: (key: string) => string,
): References =>
  references.map((reference) => {
    const { name: key, ...rest } = typeof reference === "string" ? { name: reference } : reference;
    const found = declared.get(key);
    return found === undefined ? reference : { target: targetOf(key), ...rest, name: found.name };
  });
