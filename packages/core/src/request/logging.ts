import { z } from "zod";
import { deferred } from "./lazy-schemas.js";

const optionName = () =>
  z
    .string()
    .regex(/^[\w.-]+$/, "the name of a log option must consist of letters, digits, _, . and -, such as max-size");

const optionValue = () =>
  z.union([z.string(), z.number(), z.boolean()], "expected a text, a number, true or false").transform(String);

/** Docker's log configuration: the driver, and its options by name. Numbers and booleans become text. */
export const loggingSchema = deferred(() =>
  z.strictObject({
    driver: z.string().regex(/^\S+$/, "the name of a log driver must not be empty or contain whitespace").optional(),
    options: z.record(optionName(), optionValue()).optional(),
  }),
);

export type Logging = z.output<typeof loggingSchema>;
