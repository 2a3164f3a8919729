import { quote } from "../report/nearest.js";
import type { FilePath, SourceTree } from "../source/tree.js";
import { keyValues, withoutTwins } from "./key-values.js";
import type { AppContext, Part } from "./part.js";
import { routingLabels } from "./routing.js";

interface Label {
  key: string;
  value: string;
  path: FilePath;
}

/** Labels of `uns`, `metrics` and `routing`, and the app's own, which win. */
export function labelsPart(context: AppContext): Part<Record<string, string>> | undefined {
  const makers = [appUnsLabels, metricsLabels, routingLabels, ownLabels];
  const labels = new Map(makers.flatMap((make) => make(context)).map((label) => [label.key, label]));
  if (labels.size === 0) return undefined;
  return {
    value: Object.fromEntries([...labels.values()].map(({ key, value }) => [key, value])),
    from: ([key]) => labels.get(String(key))?.path ?? [...context.path, "labels"],
  };
}

const appUnsLabels = ({ entry, path, tree }: AppContext): Label[] => unsLabels(entry.uns, [...path, "uns"], tree);

/** A scalar as it is written; JSON of anything else. */
export function unsLabels(
  uns: Readonly<Record<string, unknown>> | null | undefined,
  path: FilePath,
  tree: SourceTree,
): Label[] {
  return Object.entries(uns ?? {}).map(([key, value]) => {
    const here = [...path, key];
    const isNested = typeof value === "object" && value !== null;
    return { key: `openfactory.uns.${key}`, value: isNested ? JSON.stringify(value) : tree.text(here), path: here };
  });
}

function metricsLabels({ entry: { metrics }, path }: AppContext): Label[] {
  if (metrics == null) return [];
  return [
    { key: "openfactory.metrics.port", value: String(metrics.port), path: [...path, "metrics", "port"] },
    { key: "openfactory.metrics.path", value: metrics.path ?? "/metrics", path: [...path, "metrics", "path"] },
  ];
}

function ownLabels({ path, tree, tell }: AppContext): Label[] {
  const entries = withoutTwins(keyValues([...path, "labels"], tree), (twin, first) => {
    const name = twin.shown === undefined ? "this label" : quote(twin.shown);
    tell(twin.path, `${name} is set twice`, `It is on line ${tree.locate(first.path).line} already: keep one.`);
  });
  return entries.map(({ key, value = "", path: here }) => ({ key, value, path: here }));
}
