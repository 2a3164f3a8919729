import { expect, it } from "vitest";
import { deepFreeze, objectsWithin } from "./every-field.test.data.js";
import { copyDefined, hasKeys } from "./plain-data.js";

it("copyDefined() copies deeply without keys that hold undefined", () => {
  const original = deepFreeze({ a: undefined, b: [{ c: undefined, d: 1 }], e: { f: {} }, g: null, h: false, i: 0 });
  const copy = copyDefined(original);
  expect(copy).toStrictEqual({ b: [{ d: 1 }], e: { f: {} }, g: null, h: false, i: 0 });
  expect(objectsWithin(copy).filter((object) => objectsWithin(original).includes(object))).toStrictEqual([]);
});

it("copyDefined() keeps keys with a special meaning in JavaScript", () => {
  const copy = copyDefined(JSON.parse('{"__proto__": "x", "constructor": "y"}'));
  expect(JSON.stringify(copy)).toBe('{"__proto__":"x","constructor":"y"}');
});

it("hasKeys() is false for an empty object", () => {
  expect([hasKeys({}), hasKeys({ a: 0 })]).toStrictEqual([false, true]);
});
