import { expect, it } from "vitest";
import { pullError } from "./registry-error.js";

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
  expect(pullError("denied", stranger).hint).toBe(
    "Docker's config.json has no credentials for it: log in with docker login.",
  );
});

it.each([
  ["toomanyrequests: You have reached your pull rate limit.", undefined, "takes requests again"],
  ["received unexpected HTTP status: 429 Too Many Requests", 500, "takes requests again"],
  ["too much", 429, "takes requests again"],
  ["received unexpected HTTP status: 503 Service Unavailable", undefined, "is back"],
  ["error parsing HTTP 503 response body: invalid character '<'", 503, "is back"],
  ['Get "https://r.io/v2/": dial tcp: lookup r.io: no such host', 503, "See whether r.io runs"],
])("of a registry that gives nothing (%s, %s) says what to do", (words, status, remedy) => {
  expect(pullError(words, subject, status)).toMatchObject({
    code: "ENGINE_ERROR",
    hint: expect.stringContaining(remedy),
  });
});

it.each([
  ["manifest for r.io/app:429 not found: manifest unknown", "IMAGE_NOT_FOUND"],
  ['Get "https://r.io/v2/app/manifests/403": dial tcp 10.0.0.1:443: connect: connection refused', "ENGINE_ERROR"],
  ["something about r.io/app:401", "ENGINE_ERROR"],
  ["received unexpected HTTP status: 403 Forbidden", "UNAUTHORIZED"],
])("takes a tag for no status: %s is %s", (words, code) => {
  expect(pullError(words, subject)).toMatchObject({ code });
});

it("names a look-up of credentials that failed as the likely cause of a refusal, and of nothing else", () => {
  const problem = {
    message: "The credential helper docker-credential-desktop gave no credentials for r.io: it is not in PATH",
    hint: "Repair it.",
  };
  const without = { ...subject, hasCredentials: false, problem };
  const hint = expect.stringMatching(/no credentials could be looked up: .*desktop.*not in PATH\. Repair it\./);
  expect(pullError("unauthorized", without)).toMatchObject({ code: "UNAUTHORIZED", hint });
  expect(
    pullError("pull access denied, repository does not exist or may require 'docker login'", without),
  ).toMatchObject({ code: "IMAGE_NOT_FOUND", hint });
  expect(pullError("dial tcp: connection refused", without).hint).not.toContain("desktop");
});
