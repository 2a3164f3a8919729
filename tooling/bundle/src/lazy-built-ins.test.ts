import { expect, test } from "vitest";
import { loadBuiltInsOnFirstUse } from "./lazy-built-ins.mjs";

/** Runs a file. Returns its exports, and the modules that it has loaded so far. */
function run(code: string): { exports: Record<string, () => unknown>; loaded: readonly string[] } {
  const exports = {};
  const loaded: string[] = [];
  const load = (name: string): unknown => {
    loaded.push(name);
    return { separator: name, Map };
  };
  // oxlint-disable-next-line no-new-func -- the code is that of a file.
  new Function("exports", "require", code)(exports, load);
  return { exports, loaded };
}

test("loads a module when it is first used, and once", () => {
  const { exports, loaded } = run(
    loadBuiltInsOnFirstUse(
      'let node_path = require("node:path"); exports.get = () => node_path.separator; exports.other = () => (0, node_path.separator);',
    ),
  );
  expect(loaded).toEqual([]);
  expect([exports.get?.(), exports.other?.(), loaded]).toEqual(["node:path", "node:path", ["node:path"]]);
});

test("a function that is called before the line that requires a module can use it", () => {
  const { exports } = run(
    loadBuiltInsOnFirstUse(
      'const early = get(); exports.early = () => early; let node_path = require("node:path"); function get() { return node_path.separator; }',
    ),
  );
  expect(exports.early?.()).toBe("node:path");
});

test("creates instances of the classes of a module", () => {
  const { exports } = run(
    loadBuiltInsOnFirstUse('let node_net = require("node:net"); exports.create = () => new node_net.Map();'),
  );
  expect(exports.create?.()).toBeInstanceOf(Map);
});

test("loads a module with its file that is assigned, passed on, or not part of Node", () => {
  const code =
    'let node_fs = require("node:fs"); node_fs = wrap(node_fs); let other = require("./other.cjs"); other.separator;';
  expect(loadBuiltInsOnFirstUse(code)).toBe(code);
});

test("throws for code that can't be parsed", () => {
  expect(() => loadBuiltInsOnFirstUse("const =")).toThrow();
});
