import { describe, expect, it } from "vitest";
import { apiAtLeast, requireApi } from "./api-version.js";

describe("apiAtLeast()", () => {
  it.each([
    ["1.44", "1.44", true],
    ["v1.44", "1.44", true],
    ["1.45", "1.44", true],
    ["1.43", "1.44", false],
    ["1.100", "1.44", true],
    ["1.9", "1.44", false],
    ["2.0", "1.44", true],
  ] as const)("(%s, %s) is %s", (version, required, expected) => {
    expect(apiAtLeast(version, required)).toBe(expected);
  });

  it.each(["", "1", "1.", "1.41.0", "latest", " 1.41", "1.4x"])("throws ENGINE_ERROR for %j", (version) => {
    expect(() => apiAtLeast(version, "1.41")).toThrow(expect.objectContaining({ code: "ENGINE_ERROR" }));
  });
});

describe("requireApi()", () => {
  it.each(["1.41", "1.51"])("passes on API %s if 1.41 is required", (apiVersion) => {
    expect(() => requireApi({ apiVersion, service: "mill" }, "1.41", "openFiles")).not.toThrow();
  });

  it("throws UNSUPPORTED with the field, both versions and the release to upgrade to", () => {
    const attempt = () => requireApi({ apiVersion: "1.40", service: "mill" }, "1.41", "openFiles");
    expect(attempt).toThrow(
      expect.objectContaining({
        code: "UNSUPPORTED",
        message: "openFiles of service mill requires Engine API 1.41, and the engine has 1.40.",
        service: "mill",
        field: "openFiles",
        hint: "Upgrade the engine to Docker 20.10 or later, or remove openFiles.",
      }),
    );
  });
});
