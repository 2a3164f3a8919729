import * as fc from "fast-check";

/** Names that a program written in JavaScript can confuse with its own. */
const PROTOTYPE_NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];

/** Texts with a meaning for YAML, env files, engines, shells, terminals or browsers. */
const SNIPPETS = [
  ...PROTOTYPE_NAMES,
  "${A}",
  "${A:-${B:?x}}",
  "$${",
  "${",
  "$A",
  "&a ",
  "*a",
  "<<: *a",
  "!reset",
  "!!set",
  "!<tag:yaml.org,2002:int> ",
  "{",
  "}",
  "[",
  "]",
  "- ",
  ": ",
  "#",
  " #",
  "|\n",
  ">-\n",
  "\n---\n",
  "\t",
  "\r\n",
  "\0",
  "\uFEFF",
  "\u2028",
  "\u202E",
  "\u001b[2J",
  "\u001b]8;;http://example.com\u0007x",
  "\ud800",
  "{{.Node.Hostname}}",
  "{{",
  ",addr=10.0.0.9",
  "addr=10.0.0.9",
  "../..",
  "/../etc",
  "--privileged",
  "-v",
  "A=1\nB=2",
  "=",
  "==",
  "!=",
  ":",
  "::1",
  "1-65535",
  "0",
  "-1",
  "1e999",
  "0x10",
  "NaN",
  "~",
  "null",
  "true",
  '"',
  "'",
  "\\",
  "`",
  "</script>",
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...SNIPPETS),
  fc
    .array(fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 4 })
    .map((parts) => parts.join("")),
);

/** One change of a text: inserts a snippet, or removes, repeats or moves a part. */
type Change = { kind: "insert" | "remove" | "repeat" | "move"; at: number; length: number; to: number; text: string };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("insert", "remove", "repeat", "move"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  text: hostileText,
});

function apply(text: string, { kind, at, length, to, text: inserted }: Change): string {
  const start = Math.floor(at * text.length);
  const part = text.slice(start, start + length);
  const without = text.slice(0, start) + text.slice(start + length);
  const target = Math.floor(to * without.length);
  switch (kind) {
    case "insert":
      return text.slice(0, start) + inserted + text.slice(start);
    case "remove":
      return without;
    case "repeat":
      return text.slice(0, start) + part.repeat(3) + text.slice(start);
    case "move":
      return without.slice(0, target) + part + without.slice(target);
  }
}

/** One of the texts with a few changes. */
export const mutated = (seeds: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 5 }))
    .map(([seed, changes]) => changes.reduce(apply, seed));

/** JSON of a shape, in which any part can have another type or a name such as `__proto__`. */
export const mutatedJson = (seed: unknown): fc.Arbitrary<string> => {
  const parts = JSON.stringify(seed).split(/(?<=[,:{}[\]])|(?=[,:{}[\]])/);
  const values = [
    "null",
    "0",
    '""',
    "[]",
    "{}",
    "[null]",
    '{"__proto__": {"polluted": 1}}',
    '"__proto__"',
    "-1e400",
    "true",
    '"\\u0000"',
  ];
  return fc
    .array(
      fc.tuple(
        fc.nat(parts.length - 1),
        fc.oneof(
          fc.constantFrom(...values),
          hostileText.map((text) => JSON.stringify(text)),
          fc.constantFrom("", ",", "}"),
        ),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((changes) => {
      const changed = [...parts];
      for (const [index, text] of changes) changed[index] = text;
      return changed.join("");
    });
};
