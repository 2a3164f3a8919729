/**
 * What a proxy does to a call. The engine never gets the call for `refuse`, `... before`, the statuses, `engine dead` and `engine
 * hung`; it has completed it for the others.
 */
export const FAULTS = [
  "refuse",
  "reset before",
  "reset after",
  "stall before",
  "stall after",
  "stall in body",
  "500",
  "503",
  "409",
  "garbage",
  "empty",
  "truncated",
  "wrong type",
  "null",
  "[{}]",
  "huge",
  "endless",
  "engine dead",
  "engine hung",
] as const;

export type Fault = (typeof FAULTS)[number];

/** They affect all later calls, too. */
export const LASTING: ReadonlySet<Fault> = new Set(["engine dead", "engine hung"]);

export const ERROR_STATUS: Partial<Record<Fault, number>> = { "500": 500, "503": 503, "409": 409 };

/** The body in place of the engine's. */
export const WRONG_BODY: Partial<Record<Fault, (body: string) => string>> = {
  garbage: () => "\u0001\u0002<html>\u001b[31m{{{ not JSON",
  empty: () => "",
  "wrong type": (body) => (body.trimStart().startsWith("[") ? "{}" : "[]"),
  null: () => "null",
  "[{}]": () => "[{}]",
};
