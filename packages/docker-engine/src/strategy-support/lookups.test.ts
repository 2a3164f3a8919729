import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import type { DockerEngine } from "../engine.js";
import { hasImage, hasLabels, ifExists, ifUnanswered, labelFilter, perEngine } from "./lookups.js";

const failure = (code: ErrorCode): DeploymentError => new DeploymentError(code, "no");
const failing = (code: ErrorCode): Promise<never> => Promise.reject(failure(code));

test("labelFilter() has an entry for each label, and no filter without labels", () => {
  expect(labelFilter({ team: "a", line: "1=2" })).toEqual({ label: ["team=a", "line=1=2"] });
  expect(labelFilter({})).toEqual({});
  expect(labelFilter()).toEqual({});
});

test("hasLabels() compares all expected labels with their values", () => {
  expect(hasLabels({ team: "a", line: "1" }, { team: "a", line: "1" })).toBe(true);
  expect(hasLabels({ team: "a", line: "2" }, { team: "a", line: "1" })).toBe(false);
  expect(hasLabels({ line: "1" }, { team: "a", line: "1" })).toBe(false);
  expect(hasLabels(null, { team: "" })).toBe(false);
  expect(hasLabels(undefined, {})).toBe(true);
});

describe("ifExists()", () => {
  test("resolves with the result, or with undefined if the object does not exist", async () => {
    expect(await ifExists(Promise.resolve("found"))).toBe("found");
    expect(await ifExists(failing("NOT_FOUND"))).toBeUndefined();
    expect(await ifExists(failing("IMAGE_NOT_FOUND"), "IMAGE_NOT_FOUND")).toBeUndefined();
  });

  test("rejects with every other error", async () => {
    await expect(ifExists(failing("TIMEOUT"))).rejects.toMatchObject({ code: "TIMEOUT" });
    await expect(ifExists(failing("NOT_FOUND"), "IMAGE_NOT_FOUND")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(ifExists(Promise.reject(new TypeError("bug")))).rejects.toThrow(TypeError);
  });
});

test("hasImage() returns whether the engine has the image, and rejects if the lookup fails", async () => {
  const engineWith = (inspect: () => Promise<unknown>) => ({ images: { inspect } }) as unknown as DockerEngine;
  expect(
    await hasImage(
      engineWith(async () => ({ Id: "sha256:1" })),
      "demo:1",
      {},
    ),
  ).toBe(true);
  expect(
    await hasImage(
      engineWith(() => failing("IMAGE_NOT_FOUND")),
      "demo:1",
      {},
    ),
  ).toBe(false);
  await expect(
    hasImage(
      engineWith(() => failing("ABORTED")),
      "demo:1",
      {},
    ),
  ).rejects.toMatchObject({ code: "ABORTED" });
});

describe("ifUnanswered()", () => {
  test.each(["TIMEOUT", "ENGINE_UNREACHABLE", "ENGINE_ERROR"] as const)(
    "looks up the result after %s",
    async (code) => {
      expect(await ifUnanswered(failure(code), async () => "created")).toBe("created");
    },
  );

  test("looks up the result after an answer that does not say what was done", async () => {
    const answered = (statusCode: number) =>
      new DeploymentError("ENGINE_ERROR", "no", { cause: { statusCode, message: "no" } });
    expect(await ifUnanswered(answered(502), async () => "created")).toBe("created");
    expect(await ifUnanswered(answered(418), async () => expect.unreachable())).toBeUndefined();
  });

  test("resolves with undefined if the engine does not answer the lookup either", async () => {
    expect(await ifUnanswered(failure("TIMEOUT"), () => failing("TIMEOUT"))).toBeUndefined();
  });

  test("looks up nothing after an error by which the engine refused the call", async () => {
    const lookUp = async (): Promise<string> => expect.unreachable();
    expect(await ifUnanswered(failure("CONFLICT"), lookUp)).toBeUndefined();
    expect(await ifUnanswered(new TypeError("bug"), lookUp)).toBeUndefined();
  });
});

test("perEngine() creates one value for each engine", () => {
  const [one, other] = [{}, {}] as DockerEngine[];
  let created = 0;
  const valueOf = perEngine(() => (created += 1));
  expect([valueOf(one!), valueOf(other!), valueOf(one!)]).toEqual([1, 2, 1]);
});
