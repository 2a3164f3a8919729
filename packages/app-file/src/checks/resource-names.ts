import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import type { FileDeclarations } from "../resources/merge-declarations.js";
import type { SourceTree } from "../source/tree.js";
import { citePlace } from "./place.js";

/** Two networks of one name on the engine would be one network: a finding at the second. */
export function checkResourceNames(all: readonly FileDeclarations[], findings: Findings): void {
  const firsts = new Map<string, { key: string; tree: SourceTree }>();
  for (const { declared, tree } of all) {
    for (const [key, { name }] of declared.networks) {
      const first = firsts.get(name);
      if (first === undefined) firsts.set(name, { key, tree });
      // The same key in two files is one declaration.
      if (first === undefined || first.key === key) continue;
      const here = tree.locateKey(["networks", key]);
      const place = citePlace(first.tree.locateKey(["networks", first.key]), here);
      findings.add(
        here,
        `the network ${quote(key)} has the name of the network ${quote(first.key)} (${place})`,
        "Declare it once.",
      );
    }
  }
}
