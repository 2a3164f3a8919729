import { type Alias, isAlias, isNode, type Node, type ParsedNode, visit } from "yaml";
import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import type { SourceText } from "./source-text.js";

/** What each alias stands for: the last anchor of that name before it. Unknown names are findings. */
export function resolveAliases(root: ParsedNode, source: SourceText, findings: Findings): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(root, (_key, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) {
        findings.add(source.at(node.range?.[0] ?? 0), `there is no anchor ${quote(node.source)} before this alias`);
      } else {
        targets.set(node, target);
      }
    } else if (isNode(node) && node.anchor) {
      anchors.set(node.anchor, node);
    }
  });
  return targets;
}
