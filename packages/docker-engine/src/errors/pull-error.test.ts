import { expect, it } from "vitest";
import { pullError } from "./pull-error.js";

const subject = { image: "r.io/a:1", registry: "r.io", hasCredentials: true };

it.each([
  ["manifest for a/b:9 not found: manifest unknown: manifest unknown", "IMAGE_NOT_FOUND"],
  ["pull access denied for nope, repository does not exist or may require 'docker login'", "IMAGE_NOT_FOUND"],
  ["name unknown: repository name not known to registry", "IMAGE_NOT_FOUND"],
  ["no matching manifest for linux/arm64 in the manifest list entries", "IMAGE_NOT_FOUND"],
  ['Get "https://a/v2/": unauthorized: authentication required', "UNAUTHORIZED"],
  ['Get "https://a/v2/": no basic auth credentials', "UNAUTHORIZED"],
  ["denied: requested access to the resource is denied", "UNAUTHORIZED"],
  ["dial tcp 127.0.0.1:1: connect: connection refused", "ENGINE_ERROR"],
  ["write /var/lib/docker/tmp: no space left on device", "ENGINE_ERROR"],
])("%s is %s", (words, code) => {
  expect(pullError(words, subject)).toMatchObject({ code, cause: { message: words } });
});

it.each([
  [401, "UNAUTHORIZED"],
  [404, "IMAGE_NOT_FOUND"],
  [500, "ENGINE_ERROR"],
])("status %i tells more than any words", (status, code) => {
  expect(pullError("something", subject, status)).toMatchObject({ code, cause: { statusCode: status } });
});

it("names image and registry, and says what to do", () => {
  expect(pullError("connection refused", subject)).toMatchObject({
    message: "The engine could not get the image r.io/a:1 from the registry r.io: connection refused.",
    hint: "See whether r.io runs, and whether the engine can reach it.",
  });
  expect(pullError("denied", subject).hint).toContain("log in anew with docker login r.io,");
  const stranger = { image: "a", registry: "docker.io", hasCredentials: false };
  expect(pullError("denied", stranger).hint).toBe("Docker's config.json has no credentials for it: log in with docker login.");
});
