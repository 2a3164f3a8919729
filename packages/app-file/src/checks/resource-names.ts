import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import type { Declarations } from "../resources/declared.js";
import type { SourceTree } from "../source/tree.js";

/** Two networks of one name on the engine would be one network: a finding at the second. */
export function checkResourceNames({ networks }: Declarations, tree: SourceTree, findings: Findings): void {
  const firsts = new Map<string, string>();
  for (const [key, { name }] of networks) {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, key);
      continue;
    }
    const { line, column } = tree.locateKey(["networks", first]);
    findings.add(
      tree.locateKey(["networks", key]),
      `the network ${quote(key)} has the name of the network ${quote(first)} (line ${line}, column ${column})`,
      "Declare it once.",
    );
  }
}
