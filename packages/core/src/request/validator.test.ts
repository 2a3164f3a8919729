import { assert, constantFrom, oneof, property, record } from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { validatorOf } from "./validator.js";

const shape = {
  name: z.string().min(2, "too short"),
  env: z.array(z.string()).default([]),
  user: z.string().optional(),
  alias: z.string().nullish(),
  port: z.number().optional(),
};
const finish = (schema: z.ZodObject<typeof shape, z.core.$strict>) =>
  schema.superRefine(({ user, port }, context) => {
    if (user !== undefined && port !== undefined) context.addIssue({ code: "custom", message: "user with port" });
  });
const whole = finish(z.strictObject(shape));

/** The result, or the issues without the schemas that they name. */
const outcome = ({ data, error }: z.ZodSafeParseResult<unknown>): unknown =>
  error === undefined ? { data, keys: Object.keys(data as object) } : JSON.parse(JSON.stringify(error.issues));

const part = constantFrom("a", "bc", ["d"], 1, null, undefined, {});
const object = record(
  { name: part, env: part, user: part, alias: part, port: part, other: part },
  { requiredKeys: [], noNullPrototype: true },
);

test("a value has the same result and the same issues as with the whole schema", () => {
  const validate = validatorOf(shape, finish);
  assert(
    property(oneof(object, part), (value) => {
      expect(outcome(validate(value))).toEqual(outcome(whole.safeParse(value)));
    }),
    { numRuns: 1000 },
  );
});

test("more sets of keys than are kept have the same result", () => {
  const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
  const many = Object.fromEntries(keys.map((key) => [key, z.number().optional()]));
  const validate = validatorOf(many, (schema) => schema);
  for (let set = 0; set < 2 ** keys.length; set += 1) {
    const value = Object.fromEntries(keys.filter((_, index) => (set >> index) & 1).map((key) => [key, 1]));
    expect(validate(value).data).toEqual(value);
    expect(validate({ ...value, other: 1 }).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["other"] },
    ]);
  }
});
