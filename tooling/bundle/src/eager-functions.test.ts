import { expect, test } from "vitest";
import { compileEagerly } from "./eager-functions.mjs";

/** The code with all functions in parentheses that start where one of the texts does. */
const transformed = (code: string, ...starts: readonly string[]): string =>
  compileEagerly(code, new Set(starts.map((start) => code.indexOf(start))));

const run = (code: string): Record<string, unknown> => {
  const exports = {};
  // oxlint-disable-next-line no-new-func -- the code is that of a file.
  new Function("exports", code)(exports);
  return exports;
};

test("puts called functions in parentheses, also as arguments", () => {
  expect(transformed("a((x) => x, (y) => y);", "(x)")).toBe("a(((x) => x), (y) => y);");
  expect(transformed("const a = function () {};", "function")).toBe("const a = (function () {});");
});

test("leaves methods, getters and classes unchanged", () => {
  const code = "class A { b() {} get c() { return 1; } } const d = { e() {}, get f() { return 2; } };";
  expect(compileEagerly(code, new Set(Array.from(code, (_, index) => index)))).toBe(code);
});

test("a declaration can still be used before it, keeps its name, and can be replaced", () => {
  const code =
    "exports.early = twice(2); exports.name = twice.name; function twice(x) { return [x].map((y) => y * 2)[0]; } twice = () => 0; exports.late = twice(2);";
  const eager = transformed(code, "function twice", "(y)");
  expect(eager).toMatch(/^let twice = \(function/);
  expect(eager).toContain("((y) => y * 2)");
  expect(run(eager)).toEqual({ early: 4, name: "twice", late: 0 });
});

test("keeps the kinds of functions", () => {
  const code =
    "exports.kinds = [a, b, c].map((f) => f.constructor.name); async function a() {} function* b() {} async function* c() {}";
  const eager = transformed(code, "async function a", "function* b", "async function* c");
  expect(run(eager)).toEqual({ kinds: ["AsyncFunction", "GeneratorFunction", "AsyncGeneratorFunction"] });
});

test("throws for code that can't be parsed", () => {
  expect(() => compileEagerly("const =", new Set())).toThrow();
});
