import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import { citePlace } from "./place.js";
import type { ReadApp } from "./read-app.js";

const uuidOf = ({ path }: ReadApp) => [...path, "uuid"];

/** Two apps of one service name would be one service: a finding at the second. */
export function checkServiceNames(apps: readonly ReadApp[], findings: Findings): void {
  const firsts = new Map<string, ReadApp>();
  for (const each of apps) {
    const { app, tree } = each;
    if (tree.isBroken(uuidOf(each))) continue;
    const first = firsts.get(app.service);
    if (first === undefined) {
      firsts.set(app.service, each);
      continue;
    }
    // One app in two files: its key is a finding already.
    if (first.app.key === app.key) continue;
    const here = tree.locate(uuidOf(each));
    const place = citePlace(first.tree.locate(uuidOf(first)), here);
    findings.add(
      here,
      `the app ${quote(app.key)} has the service name of the app ${quote(first.app.key)} (${place})`,
      "Give each app a uuid of its own; upper and lower case are the same.",
    );
  }
}
