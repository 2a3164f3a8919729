import { z } from "zod";
import { DECIMAL, DURATION as DURATION_PATTERN, ID, SIZE as SIZE_PATTERN } from "./patterns.js";

export const text = z.string();

/** Scalars by name, such as the mapping form of `environment`. */
export const scalarMap = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Text with a pattern in the JSON Schema only. Another schema checks the value, with separate messages. */
export const patternText = (pattern: string) => described(z.string(), { pattern });

/** Documents a new schema. zod's `meta()` documents a copy instead, and each copy takes time at every start. */
const described = <Schema extends z.ZodType>(schema: Schema, docs: z.core.GlobalMeta): Schema => {
  z.globalRegistry.add(schema, docs);
  return schema;
};

/** What editors and the documentation show about a key. */
export interface KeyDocs {
  /** Ends with `Default: <value>.`, if the key has a default. */
  description: string;
  /** The default, if it is a constant. */
  default?: unknown;
  /** Valid values, the most typical one first. */
  examples: readonly [unknown, ...unknown[]];
}

/** A key that must be set. */
export const required = <Schema extends z.ZodType>(schema: Schema, docs: KeyDocs): Schema => schema.meta({ ...docs });

/** A key that can be omitted or empty: `key:`. */
export const optional = <Schema extends z.ZodType>(schema: Schema, docs: KeyDocs) =>
  described(z.nullish(schema), { ...docs });

/** An optional key, which can also be empty: `key:`. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();

/** An object without its undefined and null fields. */
export const compact = <Fields extends object>(fields: Fields): { [Key in keyof Fields]: NonNullable<Fields[Key]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as never;

/** An integer in the JSON Schema. A transform checks the value, with its own message. */
export const integer = described(z.number(), { type: "integer" });

/** A whole number, or its text, which results from a variable. */
export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const expected = `expected a whole number ${range}`;
  return z
    .union(
      [integer.meta({ minimum: min, ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }) }), patternText(ID)],
      expected,
    )
    .transform((value, context) => {
      const isWritten = typeof value === "number" || /^(?:0|[1-9][0-9]*)$/.test(value);
      const number = Number(value);
      if (isWritten && Number.isSafeInteger(number) && number >= min && number <= max) return number;
      context.addIssue({ code: "custom", message: expected });
      return z.NEVER;
    });
};

/**
 * A decimal number, or its text. `expected` is the message for other values.
 * @param limits of numbers in the JSON Schema.
 */
export const decimalNumber = (
  expected: string,
  fits: (value: number) => boolean,
  limits: { minimum?: number; maximum?: number } = {},
) =>
  z.union([described(z.number(), limits), patternText(DECIMAL)], expected).transform((value, context) => {
    const isNumber = typeof value === "number" || /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(value);
    if (isNumber && fits(Number(value))) return Number(value);
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });

const WORDS = { true: true, yes: true, on: true, false: false, no: false, off: false };
/** In any case, since a JSON Schema has no flag for it. */
const FLAG_PATTERN = `^(?:${Object.keys(WORDS)
  .map((word) => word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`))
  .join("|")})$`;
const isWord = (word: string): word is keyof typeof WORDS => Object.hasOwn(WORDS, word);

/** `true` or `false`, or a boolean word of YAML 1.1 in any case. */
export const flag = z
  .union([z.boolean(), patternText(FLAG_PATTERN)], "expected true or false")
  .transform((value, context) => {
    const word = String(value).toLowerCase();
    if (isWord(word)) return WORDS[word];
    context.addIssue({ code: "custom", message: "expected true or false" });
    return z.NEVER;
  });

const POWERS = ["", "k", "m", "g", "t"];
const SIZE = /^(\d+(?:\.\d+)?|\.\d+)\s*([kmgt]?)(i?b?)$/i;
const MEMORY = "expected a size, such as 512Mi, 1.5G or 1073741824 (units b, k, m, g and t are powers of 1024)";

/**
 * Bytes. All units are powers of 1024, as in OpenFactory and Docker: `M`, `MB` and `Mi` are the same.
 * @param minimum of plain numbers in the JSON Schema.
 */
export const memoryOf = (minimum: number) =>
  z.union([described(z.number(), { minimum }), patternText(SIZE_PATTERN)], MEMORY).transform((value, context) => {
    const [, digits, unit = "", suffix = ""] = SIZE.exec(String(value)) ?? [];
    const bytes = Math.floor(Number(digits) * 1024 ** POWERS.indexOf(unit.toLowerCase()));
    const known = digits !== undefined && !(unit === "" && suffix.toLowerCase().startsWith("i"));
    if (known && bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
    const limits =
      bytes > 0 ? `expected a size of at most ${Number.MAX_SAFE_INTEGER} bytes` : "expected a size of at least 1 byte";
    context.addIssue({ code: "custom", message: known ? limits : MEMORY });
    return z.NEVER;
  });

export const memory = memoryOf(1);

/** CPUs, e.g. `0.5`. @param minimum of numbers in the JSON Schema. */
export const cpusOf = (minimum: number) =>
  decimalNumber("expected a number of CPUs above 0, such as 0.5", (value) => value >= 1e-9 && value <= 1e6, {
    minimum,
    maximum: 1e6,
  });

export const cpus = cpusOf(1e-9);

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00B5s": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const STEP = /(\d+(?:\.\d+)?|\.\d+)(ns|us|\u00B5s|ms|s|m|h)/y;
const DURATION = "expected a duration, such as 30s, 1m30s or 500ms";

/** Nanoseconds, from `1h30m`, `1.5s`, `0`. */
export const duration = z.union([patternText(DURATION_PATTERN), z.literal(0)], DURATION).transform((value, context) => {
  const nanoseconds = value === 0 || value === "0" ? 0 : toNanoseconds(value);
  if (nanoseconds !== undefined && Number.isSafeInteger(nanoseconds)) return nanoseconds;
  context.addIssue({ code: "custom", message: DURATION });
  return z.NEVER;
});

function toNanoseconds(value: string): number | undefined {
  if (value === "" || value.length > 40) return undefined;
  let total = 0;
  for (let index = 0; index < value.length; index = STEP.lastIndex) {
    STEP.lastIndex = index;
    const [, digits, unit = ""] = STEP.exec(value) ?? [];
    if (digits === undefined) return undefined;
    total += Number(digits) * (NANOSECONDS[unit] ?? 0);
  }
  return Math.round(total);
}
