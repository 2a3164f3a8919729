import { formatFieldPath } from "@openfactory/deploy-core";
import { didYouMean, type Findings, quote } from "./findings.js";
import type { LocatedApp, LocatedKey } from "./located.js";
import type { Dependency } from "./model.js";
import type { FilePath, SourceTree } from "./yaml/source-tree.js";

/** A name in `depends_on` and its path. */
interface Edge {
  name: string;
  condition: Dependency["condition"];
  path: FilePath;
}

const edges = ({ entry: { depends_on: dependsOn }, path: base }: LocatedApp): Edge[] => {
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
 * Sets `dependsOn` of each app. An app can depend on an app of any file of the project. Unknown names and cycles are
 * findings.
 * @param known all apps, including those with invalid entries. Undefined: some files are unreadable, so names are not checked.
 */
export function resolveDependencies(
  apps: readonly LocatedApp[],
  known: readonly LocatedKey[] | undefined,
  findings: Findings,
): void {
  const names = known && new Set(known.map(({ key }) => key));
  const byKey = new Map(apps.map((each) => [each.app.key, each]));
  for (const each of apps) {
    for (const { name, condition, path } of edges(each)) {
      const other = byKey.get(name);
      if (other !== undefined) each.app.dependsOn.push({ service: other.app.service, condition });
      else if (names?.has(name) === false) addUnknown(name, path, names, each.tree, findings);
    }
  }
  checkCycles(byKey, findings);
}

function addUnknown(
  name: string,
  path: FilePath,
  known: ReadonlySet<string>,
  tree: SourceTree,
  findings: Findings,
): void {
  if (tree.isBroken(path)) return;
  const isHidden = tree.isInterpolated(path);
  const which = isHidden ? "no such app in the project" : `no app ${quote(name)} in the project`;
  const hint = () =>
    (isHidden ? undefined : didYouMean(name, [...known])) ?? "Use the name of an app in the project's files.";
  findings.add(tree.locateKey(path), `${formatFieldPath(path.slice(0, 3))}: ${which}`, hint);
}

/** How many apps of a cycle a finding lists. */
const MAX_CYCLE = 20;

/** Reports each cycle once, at the edge that closes it. Not recursive, since a chain can be as long as the file. */
function checkCycles(byKey: ReadonlyMap<string, LocatedApp>, findings: Findings): void {
  const done = new Set<string>();
  for (const start of byKey.keys()) {
    const stack: { key: string; tree: SourceTree; remaining: Iterator<Edge, undefined> }[] = [];
    /** Position on the stack. */
    const onStack = new Map<string, number>();
    const enter = (key: string): void => {
      const each = byKey.get(key);
      if (each === undefined || done.has(key)) return;
      onStack.set(key, stack.length);
      stack.push({ key, tree: each.tree, remaining: edges(each).values() });
    };
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = top.remaining.next().value;
      const from = edge && onStack.get(edge.name);
      if (edge === undefined) {
        stack.pop();
        onStack.delete(top.key);
        done.add(top.key);
      } else if (from !== undefined) {
        const shown = stack.slice(from, from + MAX_CYCLE).map(({ key }) => quote(key));
        const hidden = stack.length - from - shown.length;
        const cycle = [...shown, ...(hidden === 0 ? [] : [`${hidden} more`]), quote(edge.name)];
        const message = `circular depends_on: ${cycle.join(" -> ")}`;
        findings.add(top.tree.locateKey(edge.path), message, "Remove one of these dependencies.");
      } else {
        enter(edge.name);
      }
    }
  }
}
