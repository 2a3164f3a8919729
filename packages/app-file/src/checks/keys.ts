import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import { citePlace } from "./place.js";
import type { ReadKey } from "./read-app.js";

/** How many characters a name may have. */
const LONGEST = 255;

/** Control characters, and what some terminals take for a line break. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** Why a name can't stand in commands and in their output. */
function keyFault(key: string): string | undefined {
  if (key.trim() === "") return "is empty";
  if (key.length > LONGEST) return `has at most ${LONGEST} characters`;
  if (CONTROL.test(key)) return "has no control characters";
  return key.startsWith("-") ? "does not begin with -, as options do" : undefined;
}

/** A key names an app or a device on the command line. One that is declared twice in a project is a finding at the second. */
export function checkKeys(keys: readonly ReadKey[], findings: Findings): void {
  const firsts = new Map<string, ReadKey>();
  for (const each of keys) {
    const fault = keyFault(each.key);
    if (fault !== undefined) {
      const hint = "Rename it: commands such as `ofdeploy logs` know apps and devices by these names.";
      findings.add(
        each.tree.locateKey(each.path),
        `${each.path[0] === "apps" ? "an app" : "a device"}'s name ${fault}`,
        hint,
      );
    }
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
