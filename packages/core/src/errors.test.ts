import { describe, expect, test, vi } from "vitest";
import { DeploymentError, ERROR_CODES, errorPage, inContext } from "./errors.js";

const importCopy = async (): Promise<typeof DeploymentError> => {
  vi.resetModules();
  return (await import("./errors.js")).DeploymentError;
};

const complete = () =>
  new DeploymentError("TASK_FAILED", "The task of demo failed.", {
    hint: "See its log.",
    service: "demo",
    strategy: "swarm",
    field: "command",
    issues: [{ message: "m", field: "f", location: { file: "a.yaml", line: 1, column: 2 } }],
    instance: { id: "1", node: "n1", exitCode: 137, error: "OOM", lastLogLines: ["a", "b"] },
    cause: new Error("engine says"),
  });

describe("DeploymentError", () => {
  test("is an Error with a name, a message and a cause", () => {
    const error = complete();
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe("DeploymentError: The task of demo failed.");
    expect((error.cause as Error).message).toBe("engine says");
    expect("cause" in new DeploymentError("TIMEOUT", "m")).toBe(false);
  });

  test("isInstance() works across two copies of the package, where instanceof fails", async () => {
    const Copy = await importCopy();
    const theirs = new Copy("NOT_FOUND", "There is no demo.");
    expect(Copy).not.toBe(DeploymentError);
    expect(theirs instanceof DeploymentError).toBe(false);
    expect(DeploymentError.isInstance(theirs)).toBe(true);
    expect(DeploymentError.isInstance(theirs, "NOT_FOUND")).toBe(true);
    expect(DeploymentError.isInstance(theirs, "TIMEOUT")).toBe(false);
    expect(Copy.isInstance(complete())).toBe(true);
  });

  test.each([undefined, null, "x", {}, new Error("x"), { code: "TIMEOUT", name: "DeploymentError" }])(
    "isInstance() is false for %s",
    (value) => {
      expect(DeploymentError.isInstance(value)).toBe(false);
    },
  );

  test("withContext() returns a copy with missing fields added and existing ones kept", async () => {
    const Copy = await importCopy();
    const bare = new Copy("TIMEOUT", "m", { hint: "h", cause: "c" });
    const filled = DeploymentError.withContext(bare, { service: "demo", strategy: "docker" });
    expect(filled).toMatchObject({
      code: "TIMEOUT",
      message: "m",
      hint: "h",
      cause: "c",
      service: "demo",
      strategy: "docker",
    });
    expect(bare.service).toBeUndefined();
    const kept = DeploymentError.withContext(complete(), { service: "other", strategy: "other" });
    expect(kept.toJSON()).toEqual(complete().toJSON());
    expect((kept.cause as Error).message).toBe("engine says");
  });

  test("toJSON() contains all fields except stack and cause", () => {
    expect(JSON.parse(JSON.stringify(complete()))).toEqual({
      code: "TASK_FAILED",
      message: "The task of demo failed.",
      hint: "See its log.",
      help: errorPage("TASK_FAILED"),
      service: "demo",
      strategy: "swarm",
      field: "command",
      issues: [{ message: "m", field: "f", location: { file: "a.yaml", line: 1, column: 2 } }],
      instance: { id: "1", node: "n1", exitCode: 137, error: "OOM", lastLogLines: ["a", "b"] },
    });
    expect(JSON.parse(JSON.stringify(new DeploymentError("TIMEOUT", "m")))).toEqual({
      code: "TIMEOUT",
      message: "m",
      help: errorPage("TIMEOUT"),
    });
  });
});

describe("the page of an error", () => {
  test.each([...ERROR_CODES, "USAGE", "INTERNAL"])("errorPage() returns an address for %s", (code) => {
    expect(errorPage(code)).toBe(`https://openfactoryio.github.io/openfactory-deploy/errors/${code}`);
  });

  test("a code of a plugin has no page, unless the plugin gives one", () => {
    expect(errorPage("QUOTA_EXCEEDED")).toBeUndefined();
    const code = "QUOTA_EXCEEDED" as "CONFLICT";
    expect(new DeploymentError(code, "m").help).toBeUndefined();
    const help = "https://plugin.example/quota";
    const error = new DeploymentError(code, "m", { help });
    expect(error.help).toBe(help);
    expect(DeploymentError.withContext(error, { service: "web" }).help).toBe(help);
  });
});

test("ERROR_CODES keeps its codes, since they are public", () => {
  expect(ERROR_CODES).toEqual(
    expect.arrayContaining([
      "INVALID_REQUEST",
      "UNSUPPORTED",
      "NOT_FOUND",
      "ALREADY_EXISTS",
      "CONFLICT",
      "IMAGE_NOT_FOUND",
      "NETWORK_NOT_FOUND",
      "ENGINE_UNREACHABLE",
      "NOT_A_SWARM_MANAGER",
      "UNAUTHORIZED",
      "TIMEOUT",
      "ABORTED",
      "ROLLED_BACK",
      "TASK_FAILED",
      "ENGINE_ERROR",
    ]),
  );
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
});

const context = { service: "demo", strategy: "docker" };

test("inContext() adds missing context to a DeploymentError and passes other errors unchanged", async () => {
  const known = new DeploymentError("NOT_FOUND", "None.", { service: "known" });
  const other = new TypeError("x");
  await expect(inContext(context, async () => 1)).resolves.toBe(1);
  await expect(inContext(context, () => Promise.reject(known))).rejects.toMatchObject({
    code: "NOT_FOUND",
    service: "known",
    strategy: "docker",
  });
  await expect(inContext(context, () => Promise.reject(other))).rejects.toBe(other);
});
