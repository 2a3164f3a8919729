import { expect, test } from "vitest";
import { fullName } from "./compare-settings.js";

test.each([
  ["busybox", "docker.io/library/busybox:latest"],
  ["busybox:1", "docker.io/library/busybox:1"],
  ["docker.io/library/busybox:1", "docker.io/library/busybox:1"],
  ["acme/app:1@sha256:0123", "docker.io/acme/app:1"],
  ["localhost/app", "localhost/app:latest"],
  ["registry:5000/app", "registry:5000/app:latest"],
  ["registry.example.com/a/b:2", "registry.example.com/a/b:2"],
])("fullName() of %s is %s", (image, full) => {
  expect(fullName(image)).toBe(full);
});
