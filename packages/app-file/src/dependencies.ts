import { fieldPath } from "@openfactory/deploy-core";
import { didYouMean, type Findings, quote } from "./findings.js";
import type { ReadApp, ReadKey } from "./located.js";
import type { Dependency } from "./model.js";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** A name in `depends_on`, and where it stands. */
interface Edge {
  name: string;
  condition: Dependency["condition"];
  path: FilePath;
}

const edges = ({ entry: { depends_on: dependsOn }, path: base }: ReadApp): Edge[] => {
  const path = [...base, "depends_on"];
  if (dependsOn == null) return [];
  if (Array.isArray(dependsOn)) {
    return dependsOn.map((name, index) => ({ name, condition: "service_started", path: [...path, index] }));
  }
  return Object.entries(dependsOn).map(([name, { condition }]) => ({
    name,
    condition: condition ?? "service_started",
    path: [...path, name],
  }));
};

/**
 * Sets `dependsOn` of each app. An app may depend on an app of any file of the project. Unknown names and circles are
 * findings.
 * @param known all apps, those with invalid entries among them. Undefined: not all are known, and no name is unknown.
 */
export function resolveDependencies(
  apps: readonly ReadApp[],
  known: readonly ReadKey[] | undefined,
  findings: Findings,
): void {
  const names = known && [...new Set(known.map(({ key }) => key))];
  const byKey = new Map(apps.map((each) => [each.app.key, each]));
  for (const each of apps) {
    for (const { name, condition, path } of edges(each)) {
      const other = byKey.get(name);
      if (other !== undefined) each.app.dependsOn.push({ service: other.app.service, condition });
      else if (names?.includes(name) === false) addUnknown(name, path, names, each.tree, findings);
    }
  }
  checkCircles(byKey, findings);
}

function addUnknown(
  name: string,
  path: FilePath,
  known: readonly string[],
  tree: SourceTree,
  findings: Findings,
): void {
  if (tree.isBroken(path)) return;
  const isHidden = tree.isInterpolated(path);
  const which = isHidden ? "there is no such app in the project" : `there is no app ${quote(name)} in the project`;
  const hint = () => (isHidden ? undefined : didYouMean(name, known)) ?? "Name an app of the project's files.";
  findings.add(tree.locateKey(path), `${fieldPath(path.slice(0, 3))}: ${which}`, hint);
}

/** Each circle is told once, at the edge that closes it. No recursion: a chain may be as long as the file. */
function checkCircles(byKey: ReadonlyMap<string, ReadApp>, findings: Findings): void {
  const done = new Set<string>();
  for (const start of byKey.keys()) {
    const trail: { key: string; tree: SourceTree; left: Edge[] }[] = [];
    const onTrail = new Set<string>();
    const enter = (key: string): void => {
      const each = byKey.get(key);
      if (each === undefined || done.has(key)) return;
      trail.push({ key, tree: each.tree, left: edges(each) });
      onTrail.add(key);
    };
    enter(start);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const edge = top.left.shift();
      if (edge === undefined) {
        trail.pop();
        onTrail.delete(top.key);
        done.add(top.key);
      } else if (onTrail.has(edge.name)) {
        const keys = trail.map(({ key }) => key);
        const circle = [...keys.slice(keys.indexOf(edge.name)), edge.name].map(quote).join(" -> ");
        const message = `depends_on goes round in a circle: ${circle}`;
        findings.add(top.tree.locateKey(edge.path), message, "Leave one of them out.");
      } else {
        enter(edge.name);
      }
    }
  }
}
