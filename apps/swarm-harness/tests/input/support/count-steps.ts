import { Session } from "node:inspector/promises";
import { afterAll, beforeAll } from "vitest";

/** Work of built-in methods, which the coverage does not see: the characters or elements that they visit. */
let work = 0;

type Method = (this: { length: number }, ...given: unknown[]) => unknown;

const lengthOfResult = (value: unknown): number =>
  typeof value === "string" || Array.isArray(value) ? value.length : 1;

/** Methods that visit a part of a text, up to the index that they return. */
const SEARCHES = ["indexOf", "includes"] as const;
/** Methods that visit a whole text or list. */
const TEXT_METHODS = ["lastIndexOf", "split", "replace", "replaceAll", "search", "trim", "toLowerCase"] as const;
const LIST_METHODS = ["indexOf", "includes", "shift", "join", "sort"] as const;
const COPYING_METHODS = ["slice", "concat", "flat"] as const;

/** Replaces built-in methods by ones that count. Returns a function that restores them. */
function instrument(): () => void {
  const originals: (() => void)[] = [];
  const wrap = (
    owner: object,
    name: string,
    cost: (self: { length: number }, given: unknown[], result: unknown) => number,
  ) => {
    const original = Reflect.get(owner, name) as Method;
    Object.defineProperty(owner, name, {
      configurable: true,
      writable: true,
      value(this: { length: number }, ...given: unknown[]) {
        const result = original.apply(this, given);
        work += 1 + cost(this, given, result);
        return result;
      },
    });
    originals.push(() => Object.defineProperty(owner, name, { configurable: true, writable: true, value: original }));
  };
  for (const name of SEARCHES) {
    wrap(String.prototype, name, ({ length }, [, from], result) => {
      const start = typeof from === "number" ? from : 0;
      return (typeof result === "number" && result >= 0 ? result : length) - start;
    });
  }
  for (const name of TEXT_METHODS) wrap(String.prototype, name, ({ length }) => length);
  for (const name of LIST_METHODS) wrap(Array.prototype, name, ({ length }) => length);
  for (const name of COPYING_METHODS) wrap(Array.prototype, name, (_, __, result) => lengthOfResult(result));
  // It moves the elements after the first that it changes.
  wrap(Array.prototype, "splice", ({ length }, [from]) => length - Number(from));
  for (const name of ["stringify", "parse"])
    wrap(JSON, name, (_, [text], result) => Math.max(lengthOfResult(text), lengthOfResult(result)));
  for (const name of ["entries", "keys", "values", "fromEntries"])
    wrap(Object, name, (_, __, result) => lengthOfResult(result));
  return () => {
    for (const restore of originals) restore();
  };
}

/** Counts the calls of functions and the work of built-in methods while a function runs. */
export interface StepCounter {
  stepsOf(run: () => unknown): Promise<number>;
}

/**
 * Registers hooks that count steps in the tests of a file: the calls of functions, and the characters and elements that
 * built-in methods visit. Unlike a clock, that is the same on every machine. Regular expressions are not counted:
 * `regexes.test.ts` checks them.
 */
export function countSteps(): StepCounter {
  const session = new Session();
  // Starting takes longer than most runs, since V8 then discards its optimized code.
  beforeAll(async () => {
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  });
  afterAll(() => session.disconnect());

  /** The calls since the last time. */
  const takeCalls = async (): Promise<number> => {
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const calls = result.flatMap(({ functions }) => functions.map(({ ranges: [whole] }) => whole?.count ?? 0));
    return calls.reduce((total, count) => total + count, 0);
  };

  return {
    async stepsOf(run) {
      await takeCalls();
      work = 0;
      const restore = instrument();
      try {
        await run();
      } finally {
        restore();
      }
      const visited = work;
      return visited + (await takeCalls());
    },
  };
}
