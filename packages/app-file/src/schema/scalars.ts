import { z } from "zod";

export const text = z.string();

/** A key that may be left out, or be there with nothing after it. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();

/** A number that the JSON Schema calls an integer; what it may be is for a transform to say, in words of ours. */
export const integer = z.number().meta({ type: "integer" });

/** A whole number, as a number or as text (which is what a variable gives). */
export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const expected = `expected a whole number ${range}`;
  return z
    .union([integer.meta({ minimum: min, maximum: max }), z.string().meta({ pattern: "^[0-9]+$" })], expected)
    .transform((value, context) => {
      const isWritten = typeof value === "number" || /^(?:0|[1-9][0-9]*)$/.test(value);
      const number = Number(value);
      if (isWritten && Number.isSafeInteger(number) && number >= min && number <= max) return number;
      context.addIssue({ code: "custom", message: expected });
      return z.NEVER;
    });
};

/** A decimal number that fits; `expected` says what does. */
export const decimalNumber = (expected: string, fits: (value: number) => boolean) =>
  z.union([z.number(), z.string().meta({ pattern: "^[0-9]*\\.?[0-9]+$" })], expected).transform((value, context) => {
    const isNumber = typeof value === "number" || /^(?:\d+\.?\d*|\.\d+)$/.test(value);
    if (isNumber && fits(Number(value))) return Number(value);
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });

const WORDS = { true: true, yes: true, on: true, false: false, no: false, off: false };
const isWord = (word: string): word is keyof typeof WORDS => Object.hasOwn(WORDS, word);

/** `true` or `false`; also the words that YAML 1.1 readers take for them, in any case. */
export const flag = z
  .union([z.boolean(), z.string().meta({ pattern: `^(${Object.keys(WORDS).join("|")})$` })], "expected true or false")
  .transform((value, context) => {
    const word = String(value).toLowerCase();
    if (isWord(word)) return WORDS[word];
    context.addIssue({ code: "custom", message: "expected true or false" });
    return z.NEVER;
  });
