import type { Defined } from "../engine-api/body.js";

/** A deep copy of plain data in which keys that hold `undefined` are left out. Shares no object with `value`. */
export function copyDefined<T>(value: T): Defined<T> {
  if (Array.isArray(value)) return value.map((item) => copyDefined(item)) as Defined<T>;
  if (value === null || typeof value !== "object") return value as Defined<T>;
  const defined = Object.entries(value).filter(([, held]) => held !== undefined);
  // fromEntries defines own keys, so that a label named __proto__ stays a label.
  return Object.fromEntries(defined.map(([key, held]) => [key, copyDefined(held)])) as Defined<T>;
}

/** Whether an object has any key: the engine takes an empty section for a section that is set. */
export const hasKeys = (value: object): boolean => Object.keys(value).length > 0;
