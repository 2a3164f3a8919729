import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import { citePlace } from "./place.js";
import type { ReadKey } from "./read-app.js";

/** A key names an app or a device on the command line. One that is declared twice in a project is a finding at the second. */
export function checkKeys(keys: readonly ReadKey[], findings: Findings): void {
  const firsts = new Map<string, ReadKey>();
  for (const each of keys) {
    const first = firsts.get(each.key);
    if (first === undefined) {
      firsts.set(each.key, each);
      continue;
    }
    const here = each.tree.locateKey(each.path);
    const place = citePlace(first.tree.locateKey(first.path), here);
    findings.add(
      here,
      `${each.path.map(String).join(".")}: ${quote(each.key)} is declared already (${place})`,
      "Rename one of them: commands such as `ofdeploy logs` know apps and devices by these names.",
    );
  }
}
