import { describe, expect, test } from "vitest";
import { Findings } from "../findings.js";
import { composeYaml } from "./parse-yaml.js";
import { SourceText } from "./source-tree.js";
import type { YamlNode } from "./parse-yaml.js";

const compose = (text: string): YamlNode => composeYaml(new SourceText("f.yml", text), new Findings());
const valueOf = (text: string): YamlNode => {
  const root = compose(text);
  if (root.kind !== "map" || root.items[0] === undefined) throw new Error("expected a mapping");
  return root.items[0].value;
};

test.each([
  ["a: b", 3, "b"],
  ["a:   'it''s'", 5, "it's"],
  ['a: "q\\n"', 3, "q\n"],
  ["a: |\n  x\n  y\n", 3, "x\ny\n"],
  ["a: |2-  # no | more\n    x", 3, "  x"],
  ["a: >-\n  x\n  y\n", 3, "x y"],
  ["a: &name b", 9, "b"],
  ["a: !!str 5", 9, "5"],
  ["a: ! 5", 5, "5"],
  ["a: !<tag:yaml.org,2002:int> '7'", 28, 7],
  ["a:", 2, null],
  ["a: # nothing\n", 2, null],
  ["a: ~", 3, null],
])("%j: the value starts at %i", (text, offset, value) => {
  expect(valueOf(text)).toMatchObject({ kind: "scalar", offset, value });
});

test.each([
  ["1", 1],
  ["-1", -1],
  ["+1", 1],
  ["0o17", 15],
  ["0x1F", 31],
  ["1.10", 1.1],
  ["1e3", 1000],
  [".5", 0.5],
  ["-.inf", -Infinity],
  ["true", true],
  ["True", true],
  ["FALSE", false],
  ["null", null],
  ["Null", null],
  // Types of YAML 1.1, and similar text.
  ["yes", "yes"],
  ["0b1", "0b1"],
  ["1_000", "1_000"],
  ["12:30:45", "12:30:45"],
  ["2020-01-01", "2020-01-01"],
  ["nil", "nil"],
  ["-", undefined],
  ["1.2.3", "1.2.3"],
])("%s without quotes is %j", (text, value) => {
  if (value !== undefined) expect(valueOf(`a: ${text}`)).toMatchObject({ value, written: text });
  expect(valueOf(`a: '${text}'`)).toMatchObject({ value: text });
});

describe("lists and mappings", () => {
  test("start at their first node, or at their bracket", () => {
    expect(compose("# c\nk:\n  - a\n  -\n  - [1, {x: y}]\n  - {}\n  -\n")).toEqual({
      kind: "map",
      offset: 4,
      items: [
        {
          key: expect.objectContaining({ offset: 4, value: "k" }),
          value: {
            kind: "list",
            offset: 9,
            items: [
              expect.objectContaining({ offset: 11, value: "a" }),
              expect.objectContaining({ offset: 16, value: null }),
              {
                kind: "list",
                offset: 21,
                items: [
                  expect.objectContaining({ offset: 22, value: 1 }),
                  expect.objectContaining({ kind: "map", offset: 25 }),
                ],
              },
              expect.objectContaining({ kind: "map", offset: 37, items: [] }),
              expect.objectContaining({ offset: 43, value: null }),
            ],
          },
        },
      ],
    });
  });

  test("are the target of an alias: the last anchor with its name before it", () => {
    const root = compose("- &a x\n- *a\n- &a [y]\n- *a\n- *b\n");
    const [first, one, second, two, none] = root.kind === "list" ? root.items : [];
    expect(one).toEqual({ kind: "alias", name: "a", offset: 9, target: first });
    expect(two).toMatchObject({ offset: 23, target: second });
    expect(none).toMatchObject({ name: "b", target: undefined });
  });
});

test.each([
  ["a: !!set {}", '1:4: unknown YAML tag "set"'],
  ["a: !!map x", '1:4: unknown YAML tag "map"'],
  ["a: !!int x", '1:4: unknown YAML tag "int"'],
  ["a: 1\n...\n---\nb: 1\n", "3:1: a second YAML document starts here"],
  ["--- a\n--- b\n", "2:1: a second YAML document starts here"],
  ["---\n...\n", "1:1: the file is empty"],
  ["a: 'x", "1:6: not valid YAML: "],
])("%j: %s", (text, message) => {
  expect(() => compose(text)).toThrow(`f.yml:${message}`);
});
