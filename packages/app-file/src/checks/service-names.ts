import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import type { SourceTree } from "../source/tree.js";
import type { ReadApp } from "./read-app.js";

/** Two apps of one service name would be one service: a finding at the second. */
export function checkServiceNames(apps: readonly ReadApp[], tree: SourceTree, findings: Findings): void {
  const firsts = new Map<string, string>();
  for (const { app } of apps) {
    if (tree.isBroken(["apps", app.key, "uuid"])) continue;
    const first = firsts.get(app.service);
    if (first === undefined) {
      firsts.set(app.service, app.key);
      continue;
    }
    const { line, column } = tree.locate(["apps", first, "uuid"]);
    findings.add(
      tree.locate(["apps", app.key, "uuid"]),
      `the app ${quote(app.key)} has the service name of the app ${quote(first)} (line ${line}, column ${column})`,
      "Give each app a uuid of its own; upper and lower case are the same.",
    );
  }
}
