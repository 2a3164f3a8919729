import type { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { Findings } from "../findings.js";
import { NotInParts, readTree, readTreeInParts } from "./read-tree.js";
import { type FilePath, type Located, SourceText, type SourceTree } from "./source-tree.js";

const VARIABLES: Readonly<Record<string, string>> = { TAG: "1.2", LINE: "line_1" };
const lookup = (name: string): string | undefined => VARIABLES[name];

interface Read {
  /** Every value with its positions, by its path. */
  values: Record<string, object>;
  /** Findings, or the error that the file is not YAML. */
  issues: readonly unknown[];
}

function flatten({ root }: SourceTree): Record<string, object> {
  const values: Record<string, object> = {};
  const walk = ({ children, value, ...place }: Located, path: FilePath): void => {
    values[JSON.stringify(path)] = children === undefined ? { ...place, value } : place;
    for (const [key, child] of children ?? []) walk(child, [...path, key]);
  };
  walk(root, []);
  return values;
}

function issuesOf(findings: Findings): readonly unknown[] {
  try {
    findings.throwIfAny();
    return [];
  } catch (error) {
    return (error as DeploymentError).issues;
  }
}

function readWhole(text: string): Read {
  const findings = new Findings();
  try {
    const values = flatten(readTree(new SourceText("a.yml", text), lookup, findings));
    return { values, issues: issuesOf(findings) };
  } catch (error) {
    return { values: {}, issues: (error as DeploymentError).issues };
  }
}

/** Undefined: the file has to be read as a whole. */
function readInParts(text: string): Read | undefined {
  const findings = new Findings();
  try {
    const tree = readTreeInParts(new SourceText("a.yml", text), lookup, findings);
    return tree && { values: flatten(tree), issues: issuesOf(findings) };
  } catch (error) {
    if (error instanceof NotInParts) return undefined;
    throw error;
  }
}

/** Entries of `apps:` that are separate parts. */
const PARTS = [
  "  web:\n    image: nginx:1\n",
  "  db: {image: 'postgres', environment: [A=1, \"B=x: y\"], ports: [80:80]}\n",
  "  shell:\n    command:\n      - sh\n      - -c\n      - |\n        apps:\n          fake:\n        a && b # no comment\n\n    args: >-\n      folded\n      text\n",
  "  quoted:\n    image: \"a\n      b\"\n    note: 'it''s'\n",
  "  # a comment\n  late: # another\n    image: ${TAG} # ${NOTHING}\n    environment:\n      LINE: $${x} ${LINE:-${TAG}}\n\n\n",
  "  empty:\n",
  "  nothing: ~\n",
  "  text: abc\n",
  "  folded: abc\n    def\n",
  "  keep:\n    note: |+\n      kept\n\n\n",
  "  typed: {port: 80, mode: 0400, ratio: 1.50, on: true, no: null, tag: !!str 12}\n",
  "  unset:\n    image: a:${UNSET}\n",
  "  dotted.key_1:\n    - 1\n    -   - 2\n",
  "  nested:\n      deeper:\n       a: 1\n",
];

/** Entries that turn out not to be parts, or that are findings. */
const OTHERS = [
  "  anchor: &a {image: x}\n",
  "  alias: *a\n",
  "  <<: *a\n",
  '  "quoted": {image: x}\n',
  "  ? complex\n  : x\n",
  "  1: x\n",
  "  true: x\n",
  "  web: {image: twice}\n",
  "  tab:\t x\n",
  "  open: {\n",
  "  open: 'never closed\n",
  "  list\n",
  " less: x\n",
  "   more: x\n",
  "---\n",
  "  unknown: !tag x\n",
  "  ${TAG}: x\n",
  "  __proto__: x\n",
];

const BEFORE = ["", "name: shop\n", "# comment\n\nx-note: |\n  apps:\n    fake: 1\nname: 'shop'\n"];
const AFTER = [
  "",
  "networks:\n  line: {external: true}\n",
  "# end\n",
  "secrets: {a: {file: b}}\ndevices:\n  cnc:\n    uuid: 1\n",
];

const isInParts = (text: string): boolean => readInParts(text) !== undefined;

describe("readTreeInParts()", () => {
  it("reads every entry as readTree() does, with the same positions and findings", () => {
    for (const before of BEFORE) {
      for (const after of AFTER) {
        for (const lineEnd of ["\n", "\r\n"]) {
          const text = `${before}apps:\n${PARTS.join("")}${after}`.replaceAll("\n", lineEnd);
          expect(readInParts(text), JSON.stringify(text.slice(0, 40))).toEqual(readWhole(text));
        }
      }
    }
  });

  it.each(PARTS)("reads %j as readTree() does, first, last and alone", (part) => {
    const other = "  other: {image: x}\n";
    for (const entries of [part, part + other, other + part, (other + part).trimEnd()]) {
      const text = `apps:\n${entries}`;
      expect(readInParts(text), entries).toEqual(readWhole(text));
      expect(isInParts(text), entries).toBe(true);
    }
  });

  it.each(OTHERS)("leaves a file with %j to readTree(), or reads the same", (entry) => {
    for (const text of [`apps:\n${PARTS[0]}${entry}${PARTS[1]}`, `apps:\n${entry}${PARTS[0]}`]) {
      const read = readInParts(text);
      if (read !== undefined) expect(read).toEqual(readWhole(text));
    }
  });

  it("leaves a file to readTree() in which the lines only look like entries of apps", () => {
    for (const text of [
      "{\napps:\n  a: 1,\n  b: 2 }\n",
      '"\napps:\n  a: 1\n"',
      "text\napps:\n  a: 1\n",
      "apps:\n  a: 1\napps:\n  b: 1\n",
      "apps:\n  a: 1\n'apps':\n  b: 1\n",
      "apps: {a: 1}\n",
      "apps:\n- a: 1\n",
      "apps: &x\n  a: 1\n",
      "services:\n  a: 1\n",
      "",
    ]) {
      expect(readInParts(text), text).toBeUndefined();
    }
  });

  it("reads random combinations of entries as readTree() does", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const all = [...PARTS, ...PARTS, ...OTHERS, "\n", "  # comment\n", "# comment\n", "    stray: 1\n", " \n"];
    let inParts = 0;
    for (let round = 0; round < 1_500; round += 1) {
      const entries = Array.from({ length: 1 + random(5) }, () => all[random(all.length)]);
      const text = `${BEFORE[random(BEFORE.length)]}apps:\n${entries.join("")}${AFTER[random(AFTER.length)]}`;
      const read = readInParts(text);
      if (read === undefined) continue;
      inParts += 1;
      expect(read, text).toEqual(readWhole(text));
    }
    expect(inParts).toBeGreaterThan(200);
  });

  it("reports the findings of an entry once, however often it is read", () => {
    const findings = new Findings();
    const text = "apps:\n  a: {image: '${UNSET}'}\n  b: {image: x}\n";
    const tree = readTreeInParts(new SourceText("a.yml", text), lookup, findings);
    for (const key of ["a", "b", "a", "b"]) tree?.find(["apps", key]);
    expect(issuesOf(findings)).toHaveLength(1);
  });
});
