import { describe, expect, test } from "vitest";
import { credentialsWarning, digestWarning, engineWarnings } from "./warnings.js";

test("engineWarnings() has a warning for each text of the engine", () => {
  expect(engineWarnings("web", "docker", ["No swap limit.", "Old kernel."])).toEqual([
    { code: "ENGINE_WARNING", service: "web", strategy: "docker", reason: "No swap limit." },
    { code: "ENGINE_WARNING", service: "web", strategy: "docker", reason: "Old kernel." },
  ]);
});

describe("credentialsWarning()", () => {
  const problem = { message: "The helper pass failed", hint: "Run docker login." };

  test("is empty without a failed lookup", () => {
    expect(credentialsWarning("web", "swarm", undefined)).toEqual([]);
    expect(credentialsWarning("web", "swarm", { registry: "reg:5000" })).toEqual([]);
  });

  test.each([
    [true, "without credentials"],
    [undefined, "with the credentials in config.json"],
  ])("names the failure and the registry, with unavailable: %j", (unavailable, instead) => {
    const note = { registry: "reg:5000", problem, ...(unavailable && { unavailable }) };
    expect(credentialsWarning("web", "swarm", note)).toEqual([
      expect.objectContaining({
        code: "CREDENTIALS_UNAVAILABLE",
        registry: "reg:5000",
        reason: `The helper pass failed. The deployment continues ${instead} for reg:5000. Run docker login.`,
      }),
    ]);
  });
});

test("digestWarning() is an error in strict mode", () => {
  const details = { service: "web", field: "imagePullPolicy" };
  expect(digestWarning("web", "swarm", "No answer.", {})).toEqual({
    code: "DIGEST_NOT_RESOLVED",
    strategy: "swarm",
    reason: "No answer.",
    ...details,
  });
  const cause = { message: "i/o timeout" };
  expect(() => digestWarning("web", "swarm", "No answer.", { strict: true, cause })).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", message: "No answer.", cause, ...details }),
  );
});
