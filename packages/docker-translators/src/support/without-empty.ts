import type { Defined } from "../engine-api/body.js";
import { hasKeys } from "./copy-defined.js";

/** A type that may lack whatever is undefined, null, 0, false, or empty. */
type Said<T> = { [Key in keyof T]?: Exclude<T[Key], null | undefined> };

/**
 * An object's own keys that say something: without undefined, null, 0, false, "" and empty objects and lists, which is
 * what engines write where nothing is set. Undefined if nothing is left. What is inside of values stays as it is.
 */
export function withoutEmpty<T extends object>(value: T | null | undefined): Defined<Said<T>> | undefined {
  const said = Object.entries(value ?? {}).filter(([, held]) => says(held));
  return said.length === 0 ? undefined : (Object.fromEntries(said) as Defined<Said<T>>);
}

const says = (held: unknown): boolean => (typeof held === "object" && held !== null ? hasKeys(held) : Boolean(held));
