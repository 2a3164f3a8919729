import { z } from "zod";
import { deferred } from "./lazy-schemas.js";

/** Linux's signals (signal(7)) by number, as on x86 and ARM. */
const SIGNALS: readonly string[] = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU " +
  "XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");

/** Other names of signals that engines accept. */
const ALIASES: Readonly<Record<string, string>> = { IOT: "ABRT", CLD: "CHLD", POLL: "IO", UNUSED: "SYS" };

/** The real-time signals, as engines name them. The C library keeps 32 and 33 for itself. */
const RTMIN = 34;
const RTMAX = 64;

const realTimeName = (number: number): string =>
  number - RTMIN <= 15 ? withOffset("SIGRTMIN", "+", number - RTMIN) : withOffset("SIGRTMAX", "-", RTMAX - number);

const withOffset = (name: string, sign: string, offset: number): string =>
  offset === 0 ? name : `${name}${sign}${offset}`;

/**
 * The name of a signal with `SIG`, in upper case: `SIGTERM` for `term`, `SIGTERM` and `15`. Undefined if there is no such
 * signal.
 */
export function canonicalSignal(text: string): string | undefined {
  const name = text.toUpperCase().replace(/^SIG/, "");
  const number = signalNumber(name);
  if (number === undefined) return undefined;
  return number < RTMIN ? `SIG${SIGNALS[number - 1]}` : realTimeName(number);
}

function signalNumber(name: string): number | undefined {
  if (/^[0-9]{1,2}$/.test(name)) return isSignal(Number(name)) ? Number(name) : undefined;
  const [, end, sign, digits = "0"] = /^RT(MIN|MAX)(?:([+-])([0-9]{1,2}))?$/.exec(name) ?? [];
  if (end !== undefined) {
    const number = end === "MIN" ? RTMIN + Number(digits) : RTMAX - Number(digits);
    const fits = sign === undefined || sign === (end === "MIN" ? "+" : "-");
    return fits && number >= RTMIN && number <= RTMAX ? number : undefined;
  }
  const index = SIGNALS.indexOf(ALIASES[name] ?? name);
  return index < 0 ? undefined : index + 1;
}

const isSignal = (number: number): boolean =>
  (number >= 1 && number <= SIGNALS.length) || (number >= RTMIN && number <= RTMAX);

/** A name with or without `SIG`, or a number; normalized to the name with `SIG`. */
export const stopSignalSchema = deferred(() =>
  z.string().transform((text, context) => {
    const signal = canonicalSignal(text);
    if (signal !== undefined) return signal;
    context.addIssue({ code: "custom", message: "not a signal: expected a name such as SIGTERM, or a number" });
    return z.NEVER;
  }),
);
