import { expect, test } from "vitest";
import { checkTarget, readTargetModule } from "./target-module.js";

const factory = () => ({}) as never;

test("readTargetModule() accepts a factory, and an object with a factory", () => {
  expect(readTargetModule("t.js", { default: factory })).toEqual({ factory });
  const module = {
    factory,
    name: "mine",
    implementation: { name: "a", version: "1" },
    engine: { name: "b", version: "2" },
  };
  expect(readTargetModule("t.js", { default: module })).toEqual(module);
});

test.each([
  [{}, "t.js has no default export."],
  [{ default: 5 }, "The default export of t.js is a number."],
  [{ default: {} }, `The default export of t.js has no function "factory".`],
  [{ default: { factory, nmae: "x" } }, "The default export of t.js has unknown keys: nmae."],
  [{ default: { factory, name: 1 } }, "The default export of t.js: name must be a text."],
  [{ default: { factory, engine: { name: "x" } } }, "The default export of t.js: engine.version must be a text."],
])("readTargetModule() rejects %j", (module, message) => {
  expect(() => readTargetModule("t.js", module)).toThrow(message);
});

test("checkTarget() names the members that a target lacks", () => {
  expect(() => checkTarget({ strategy: {}, probes: {}, images: {} } as never)).toThrow(
    "network, cleanup, close missing",
  );
});
