import { describe, expect, test } from "vitest";
import { imagePullPolicySchema, imageSchema } from "./image.js";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("imageSchema", () => {
  test.each([
    "nginx",
    "nginx:1.27-alpine",
    "library/nginx",
    "ghcr.io/open-factory/asset_router:v1.2.3",
    "localhost:5000/a/b/c:latest",
    "Registry.Example.COM:443/app",
    "[::1]:5000/app:1",
    "a__b.c-d/e",
    `nginx@${digest}`,
    `registry:5000/app:1.0@${digest}`,
    digest,
  ])("takes %s", (image) => {
    expect(imageSchema.parse(image)).toBe(image);
  });

  test.each([
    ["", "the image is empty"],
    ["my image", "white space"],
    ["nginx\n", "white space"],
    ["Nginx/App", "lower case"],
    ["ghcr.io/Open/app", "lower case"],
    ["nginx:", "not an image reference"],
    ["nginx:-tag", "not an image reference"],
    [`nginx:${"t".repeat(129)}`, "not an image reference"],
    ["-nginx", "not an image reference"],
    ["nginx@sha256:abc", "not an image reference"],
    [`nginx@sha256:${"a".repeat(63)}`, "64 digits"],
    [`nginx@${digest.toUpperCase().replace("SHA", "sha")}`, "64 digits"],
    [`nginx@md5:${"a".repeat(32)}`, "none of these: sha256"],
    ["http://nginx", "not an image reference"],
    ["a".repeat(4097), "too long"],
  ])("refuses %j: %s", (image, message) => {
    expect(imageSchema.safeParse(image).error?.issues[0]?.message).toContain(message);
  });

  test.each([undefined, null, 1, {}])("refuses %j", (image) => {
    expect(imageSchema.safeParse(image).success).toBe(false);
  });
});

test("imagePullPolicySchema takes missing, always and never", () => {
  expect(
    ["missing", "always", "never", "IfNotPresent", "", null].map(
      (policy) => imagePullPolicySchema.safeParse(policy).success,
    ),
  ).toEqual([true, true, true, false, false, false]);
});
