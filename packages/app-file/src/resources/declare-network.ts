import { compact } from "../request/part.js";
import { keyValues, withoutTwins } from "../request/key-values.js";
import type { NetworkEntry } from "../schema/resources.js";
import type { DeclarationContext, Declared } from "./declared.js";

/** How long a network's name may be on a swarm (swarmkit). */
const LONGEST_NAME = 63;

/** As in Compose: a network is the project's own, `<project>_<key>`, unless it has a name or exists already. */
export function declareNetwork(
  key: string,
  { name: given, external, driver, attachable, internal }: NetworkEntry,
  { project, tree, file, tell }: DeclarationContext,
): Declared {
  if (external) return { name: given ?? key };
  const path = ["networks", key];
  const name = given ?? `${project}_${key}`;
  if (name.length > LONGEST_NAME) {
    tell(path, `its name on the engine has more than ${LONGEST_NAME} characters`, "Give it a shorter name.");
  }
  const textsAt = (part: string): Record<string, string> | undefined => {
    const written = withoutTwins(keyValues([...path, part], tree), ({ path: twin }, first) => {
      tell(twin, "this name is written twice", `It is on line ${tree.locate(first.path).line} already: keep one.`);
    });
    const entries = written.map(({ key: option, value = "" }) => [option, value] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  const options = { driver, attachable, internal, driverOptions: textsAt("driver_opts"), labels: textsAt("labels") };
  return {
    name,
    resource: { key, spec: { kind: "network", name, ...compact(options) }, location: tree.locateKey(path), file },
  };
}
