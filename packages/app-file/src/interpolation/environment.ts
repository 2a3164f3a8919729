import type { Lookup } from "./template.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Looks up what is set in `environment` itself: `constructor` is no variable. */
export const environmentLookup =
  (environment: Environment): Lookup =>
  (name) =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;
