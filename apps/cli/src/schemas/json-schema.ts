import { z } from "zod";

/**
 * The JSON Schema (draft 2020-12) of what a command prints.
 * @param exact refuses what is not described, for tests. The published schemas let it pass: fields may be added.
 */
export const outputJsonSchema = (schema: z.ZodType, { exact = false } = {}): object =>
  z.toJSONSchema(schema, { target: "draft-2020-12", io: exact ? "output" : "input" });
