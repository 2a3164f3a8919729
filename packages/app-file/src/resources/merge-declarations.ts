import { isDeepStrictEqual } from "node:util";
import { citePlace } from "../checks/place.js";
import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import type { SourceTree } from "../source/tree.js";
import type { Declarations, Declared } from "./declared.js";

export interface FileDeclarations {
  tree: SourceTree;
  declared: Declarations;
}

const KINDS = ["networks", "secrets", "configs"] as const;

/**
 * The declarations of all files as one: as in Compose, every app of the project can use what any of its files declares. A
 * declaration that two files have is shared if its content is the same, and a finding at the second otherwise.
 */
export function mergeDeclarations(all: readonly FileDeclarations[], findings: Findings): Declarations {
  const merged = { networks: new Map(), secrets: new Map(), configs: new Map() } satisfies Declarations;
  for (const kind of KINDS) {
    const firsts = new Map<string, { declared: Declared; tree: SourceTree }>();
    for (const { tree, declared } of all) {
      for (const [key, each] of declared[kind]) {
        const first = firsts.get(key);
        if (first === undefined) firsts.set(key, { declared: each, tree });
        else if (!isSame(first.declared, each)) addConflict(kind, key, first.tree, tree, findings);
      }
    }
    for (const [key, { declared }] of firsts) merged[kind].set(key, declared);
  }
  return merged;
}

/** The same resource on the engine, made alike; or one that exists in both. */
const isSame = (a: Declared, b: Declared): boolean =>
  a.isUnknown || b.isUnknown || (a.name === b.name && isDeepStrictEqual(a.resource?.spec, b.resource?.spec));

function addConflict(kind: string, key: string, first: SourceTree, second: SourceTree, findings: Findings): void {
  const here = second.locateKey([kind, key]);
  const place = citePlace(first.locateKey([kind, key]), here);
  findings.add(
    here,
    `${kind}.${key}: another content than the declaration of ${quote(key)} in ${place}`,
    "Declare it in one file only, or with the same content; all files of the project can use it.",
  );
}
