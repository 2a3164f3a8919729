import { expect, it } from "vitest";
import { requireApi } from "./require-api.js";

it("passes on the API that is needed, and later", () => {
  expect(() => requireApi({ apiVersion: "1.41", service: "mill" }, "1.41", "openFiles")).not.toThrow();
  expect(() => requireApi({ apiVersion: "1.51", service: "mill" }, "1.41", "openFiles")).not.toThrow();
});

it("names the field, both versions and the release to upgrade to", () => {
  const attempt = () => requireApi({ apiVersion: "1.40", service: "mill" }, "1.41", "openFiles");
  expect(attempt).toThrow(
    expect.objectContaining({
      code: "UNSUPPORTED",
      message: "openFiles of service mill needs Engine API 1.41, and the engine has 1.40.",
      service: "mill",
      field: "openFiles",
      hint: "Upgrade the engine to Docker 20.10 or later, or leave openFiles out.",
    }),
  );
});
