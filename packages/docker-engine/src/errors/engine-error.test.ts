import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { engineMessage, statusError } from "./engine-error.js";

const words = (message: string): string => JSON.stringify({ message });

describe("statusError", () => {
  it.each([
    [400, {}, "INVALID_REQUEST"],
    [401, {}, "UNAUTHORIZED"],
    [403, {}, "UNAUTHORIZED"],
    [404, {}, "NOT_FOUND"],
    [404, { image: "a" }, "IMAGE_NOT_FOUND"],
    [406, { swarm: true }, "NOT_A_SWARM_MANAGER"],
    [409, {}, "CONFLICT"],
    [500, {}, "ENGINE_ERROR"],
    [503, { swarm: true }, "NOT_A_SWARM_MANAGER"],
    [503, {}, "ENGINE_ERROR"],
    [301, {}, "ENGINE_ERROR"],
  ])("status %i of %o is %s, whatever the text", (status, subject, code) => {
    expect(statusError(status, words("no such image"), { action: "do it", ...subject })).toMatchObject({
      code,
      message: "The engine could not do it: no such image.",
      cause: { statusCode: status, message: "no such image" },
    });
  });

  it.each([
    ["that name is already in use", 500, "CONFLICT"],
    ["container state improper", 500, "CONFLICT"],
    ["network not found", 500, "NOT_FOUND"],
    ["invalid argument", 500, "INVALID_REQUEST"],
    ["OCI runtime error", 500, "ENGINE_ERROR"],
    ["constructor", 500, "ENGINE_ERROR"],
    ["that name is already in use", 404, "NOT_FOUND"],
  ])("Podman's cause %s with status %i is %s", (cause, status, code) => {
    const body = JSON.stringify({ cause, message: "Podman's words", response: status });
    expect(statusError(status, body, { action: "do it" })).toMatchObject({
      code,
      message: "The engine could not do it: Podman's words.",
      cause: { statusCode: status, message: "Podman's words" },
    });
  });

  it.each([
    ["", "status 500"],
    ["<html>bad gateway</html>", "bad gateway"],
    ["<html><body><h1>403 Forbidden</h1>\nRequest forbidden.\n</body></html>\n", "403 Forbidden Request forbidden."],
    ['{"message":""}', '{"message":""}'],
    ['{"message":7}', '{"message":7}'],
  ])("the body %s becomes the message", (body, expected) => {
    expect(statusError(500, body, { action: "do it" }).cause).toEqual({ statusCode: 500, message: expected });
  });

  it.each([
    [404, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"],
    [500, "could not find free subnet from subnet pools"],
  ])("status %i is ENGINE_ERROR with a hint when no subnet is left for a network", (status, message) => {
    expect(statusError(status, words(message), { action: "create network a" })).toMatchObject({
      code: "ENGINE_ERROR",
      hint: expect.stringContaining("docker network prune"),
    });
  });

  it("has the hint that a proxy refuses the call for status 403, and to log in for status 401", () => {
    const hintOf = (status: number) => statusError(status, words("no"), { action: "do it" }).hint;
    expect(hintOf(403)).toMatch(/^The engine, or a proxy or an authorization plugin in front of it, forbids this call/);
    expect(hintOf(401)).toMatch(/^Log in/);
  });

  it("a message of several lines becomes one line", () => {
    expect(statusError(500, words("one\n  two."), { action: "do it" }).message).toBe(
      "The engine could not do it: one two.",
    );
  });
});

describe("engineMessage", () => {
  it("is the engine's message without the period at its end", () => {
    const error = statusError(409, words("name in use.\n"), { action: "do it" });
    expect(engineMessage(error)).toBe("name in use");
  });

  it("is the error's message if the engine sent none", () => {
    expect(engineMessage(new DeploymentError("TIMEOUT", "No answer. In 5 s."))).toBe("No answer. In 5 s");
  });
});

it("an engine that can't mount a volume gives the hint to mount it by hand", () => {
  const message =
    "error while mounting volume '/var/lib/docker/volumes/nfs/_data': error resolving passed in network volume address: no such host";
  expect(statusError(500, JSON.stringify({ message }), { action: "start container a" }).hint).toMatch(
    /^Mount the volume/,
  );
  expect(statusError(500, JSON.stringify({ message: "disk full" }), { action: "start container a" }).hint).toBe(
    "See the engine's log for details.",
  );
});
