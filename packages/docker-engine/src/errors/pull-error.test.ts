import { expect, it } from "vitest";
import { pullError } from "./pull-error.js";

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
  expect(pullError(words, "a")).toMatchObject({ code, cause: { message: words } });
});
