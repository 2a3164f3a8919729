import { DeploymentError, type ErrorCode, type Resource, type ResourceSpec } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import {
  explainResourceError,
  invalidResourceName,
  resourceExists,
  resourceInUse,
  resourceNotFound,
  selectResources,
} from "./resources.js";

const plant: ResourceSpec = { kind: "network", name: "plant", labels: {}, driver: "weave" };
const refusal = (code: ErrorCode, message = "no such thing."): DeploymentError =>
  new DeploymentError(code, `The engine could not do it: ${message}`, { cause: { message } });

test("selectResources() matches all labels and sorts by kind and name", () => {
  const resource = (kind: Resource["kind"], name: string, team = "a"): Resource => ({
    kind,
    name,
    id: name,
    labels: { team },
  });
  const all = [resource("volume", "b"), resource("volume", "a"), resource("config", "z"), resource("config", "y", "b")];
  expect(selectResources(all, { team: "a" }).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "config z",
    "volume a",
    "volume b",
  ]);
  expect(selectResources(all)).toHaveLength(4);
});

test("resourceNotFound() escapes the name", () => {
  expect(resourceNotFound("volume", "data\n", "unix:///run/d.sock").message).toBe(
    "There is no volume data\\n on unix:///run/d.sock.",
  );
});

test("invalidResourceName() and resourceExists() name the field", () => {
  expect(invalidResourceName({ kind: "config", name: "a b" })).toMatchObject({
    code: "INVALID_REQUEST",
    field: "name",
    message: '"a b" is not a valid name for a config.',
  });
  expect(resourceExists(plant)).toMatchObject({
    code: "ALREADY_EXISTS",
    field: "name",
    message: "A network named plant already exists.",
    hint: expect.stringContaining("docker network rm plant"),
  });
});

test("resourceInUse() names the users, or has the engine's message without any", () => {
  const error = refusal("CONFLICT", "volume is in use - [0123abc].");
  expect(resourceInUse(plant, ["service web", "container db"], error)).toMatchObject({
    code: "CONFLICT",
    message: "The network plant is still in use by container db, service web.",
    cause: error.cause,
  });
  expect(resourceInUse(plant, [], error).message).toBe(
    "The network plant is still in use: volume is in use - [0123abc].",
  );
});

describe("explainResourceError()", () => {
  test.each([
    ["CONFLICT", "ALREADY_EXISTS", "name", "A network named plant already exists."],
    ["NOT_FOUND", "INVALID_REQUEST", "driver", "The engine has no network driver weave."],
    ["INVALID_REQUEST", "INVALID_REQUEST", undefined, "The engine could not do it: no such thing."],
  ] as const)("translates %s to %s", (code, expected, field, message) => {
    const explained = explainResourceError(refusal(code), plant);
    expect(explained).toMatchObject({ code: expected, message, cause: { message: "no such thing." } });
    expect(explained).toMatchObject({ field, hint: expect.stringMatching(/\.$/) });
  });

  test("returns other errors unchanged", () => {
    const { driver: _, ...withoutDriver } = plant as { driver: string } & typeof plant;
    for (const error of [refusal("ENGINE_ERROR"), new TypeError("bug")])
      expect(explainResourceError(error, plant)).toBe(error);
    const missing = refusal("NOT_FOUND");
    expect(explainResourceError(missing, withoutDriver)).toBe(missing);
  });
});
