import { assert, constantFrom, oneof, property, record } from "fast-check";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { deferred, deferredShape, validatorOf } from "./lazy-schemas.js";

const createName = () => z.string().min(2, "must have at least 2 characters");

test("a deferred schema is not created for a missing key or for null", () => {
  const create = vi.fn(createName);
  const schema = z.strictObject({ name: deferred(create).optional(), alias: deferred(create).nullish() });
  expect(schema.parse({ alias: null })).toEqual({ alias: null });
  expect(create).not.toHaveBeenCalled();
});

test("a deferred schema is created once, and validates like the created one", () => {
  const create = vi.fn(createName);
  const schema = z.strictObject({ name: deferred(create).optional() });
  expect(schema.parse({ name: "ab" })).toEqual({ name: "ab" });
  expect(schema.safeParse({ name: "a" }).error?.issues).toEqual(
    z.strictObject({ name: createName().optional() }).safeParse({ name: "a" }).error?.issues,
  );
  expect(create).toHaveBeenCalledTimes(1);
});

test("a deferred schema without optional() is required", () => {
  expect(z.strictObject({ name: deferred(createName) }).safeParse({}).error?.issues).toEqual([
    expect.objectContaining({ code: "invalid_type", path: ["name"] }),
  ]);
});

test("the JSON Schema contains the created schema", () => {
  const schema = z.strictObject({ name: deferred(createName).optional() });
  expect(z.toJSONSchema(schema)).toMatchObject({ properties: { name: { type: "string", minLength: 2 } } });
});

const shape = deferredShape({
  name: z.string().min(2, "too short"),
  env: z.array(z.string()).default([]),
  user: () => z.string().optional(),
  alias: () => z.string().nullish(),
  port: () => z.number().optional(),
});
const whole = z.strictObject(shape).superRefine(({ user, port }, context) => {
  if (user !== undefined && port !== undefined) context.addIssue({ code: "custom", message: "user with port" });
});

/** The result, or the issues without the schemas that they name. */
const outcome = ({ data, error }: z.ZodSafeParseResult<unknown>): unknown =>
  error === undefined ? { data, keys: Object.keys(data as object) } : JSON.parse(JSON.stringify(error.issues));

const part = constantFrom("a", "bc", ["d"], 1, null, undefined, {});
const object = record(
  { name: part, env: part, user: part, alias: part, port: part, other: part },
  { requiredKeys: [], noNullPrototype: true },
);

test("a validator has the same result and the same issues as the schema", () => {
  const validate = validatorOf(whole, shape);
  assert(
    property(oneof(object, part), (value) => {
      expect(outcome(validate(value))).toEqual(outcome(whole.safeParse(value)));
    }),
    { numRuns: 1000 },
  );
});

test("the schema of an optional key is created once, when a validator finds the key in a value", () => {
  const create = vi.fn(() => createName().optional());
  const optional = deferredShape({ name: create, other: () => z.never().optional() });
  const validate = validatorOf(
    z.strictObject(optional).superRefine(() => undefined),
    optional,
  );
  expect(validate({}).success).toBe(true);
  expect(create).not.toHaveBeenCalled();
  expect([validate({ name: "ab" }).success, validate({ name: "a" }).success]).toEqual([true, false]);
  expect(optional.name.safeParse("a").success).toBe(false);
  expect(create).toHaveBeenCalledTimes(1);
});

test("a validator runs the checks of the whole object", () => {
  expect(validatorOf(whole, shape)({ name: "bc", user: "a", port: 1 }).error?.issues).toMatchObject([
    { message: "user with port" },
  ]);
});

test("a validator has the same result for more sets of keys than it keeps", () => {
  const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
  const many = deferredShape(Object.fromEntries(keys.map((key) => [key, () => z.number().optional()])));
  const validate = validatorOf(z.strictObject(many), many);
  for (let set = 0; set < 2 ** keys.length; set += 1) {
    const value = Object.fromEntries(keys.filter((_, index) => (set >> index) & 1).map((key) => [key, 1]));
    expect(validate(value).data).toEqual(value);
    expect(validate({ ...value, other: 1 }).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["other"] },
    ]);
  }
});
