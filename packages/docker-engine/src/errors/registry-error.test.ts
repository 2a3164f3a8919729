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
])("status %i overrides the text", (status, code) => {
  expect(pullError("something", subject, status)).toMatchObject({ code, cause: { statusCode: status } });
});

it("the message names the image and the registry, and the hint the next step", () => {
  expect(pullError("connection refused", subject)).toMatchObject({
    message: "The engine could not get image r.io/a:1 from registry r.io: connection refused.",
    hint: "Check that r.io is running and that the engine can reach it.",
  });
  expect(pullError("denied", subject).hint).toContain("Run `docker login r.io` as a user");
  const withoutLogin = { image: "a", registry: "docker.io", hasCredentials: false };
  expect(pullError("denied", withoutLogin).hint).toBe(
    "Docker's config.json has no login for this registry. Run `docker login`.",
  );
});

it.each([
  ["toomanyrequests: You have reached your pull rate limit.", undefined, "limits requests"],
  ["received unexpected HTTP status: 429 Too Many Requests", 500, "limits requests"],
  ["too much", 429, "limits requests"],
  ["received unexpected HTTP status: 503 Service Unavailable", undefined, "is available"],
  ["error parsing HTTP 503 response body: invalid character '<'", 503, "is available"],
  ['Get "https://r.io/v2/": dial tcp: lookup r.io: no such host', 503, "Check that r.io is running"],
])("a registry without an answer (%s, %s) is ENGINE_ERROR with a hint", (words, status, remedy) => {
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
])("a tag is not a status: %s is %s", (words, code) => {
  expect(pullError(words, subject)).toMatchObject({ code });
});

it("a failed lookup of credentials is the likely cause of a refusal, and of nothing else", () => {
  const problem = {
    message:
      "The credential helper docker-credential-desktop returned no credentials for r.io: program not found in PATH",
    hint: "Repair it.",
  };
  const without = { ...subject, hasCredentials: false, problem };
  const hint = expect.stringMatching(/failed lookup of credentials: .*desktop.*not found in PATH\. Repair it\./);
  expect(pullError("unauthorized", without)).toMatchObject({ code: "UNAUTHORIZED", hint });
  expect(
    pullError("pull access denied, repository does not exist or may require 'docker login'", without),
  ).toMatchObject({ code: "IMAGE_NOT_FOUND", hint });
  expect(pullError("dial tcp: connection refused", without).hint).not.toContain("desktop");
});
