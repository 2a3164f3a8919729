import { expect, test, vi } from "vitest";
import { z } from "zod";
import { deferred } from "./deferred.js";

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
