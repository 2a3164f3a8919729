import { expect, it } from "vitest";
import { normaliseRegistry, registryOf, serverAddress, splitReference, withDefaultTag } from "./reference.js";

const SHA = `sha256:${"a".repeat(64)}`;

it.each([
  ["busybox", "docker.io"],
  ["library/busybox:1", "docker.io"],
  ["docker.io/library/busybox", "docker.io"],
  ["index.docker.io/a/b", "docker.io"],
  ["localhost/a", "localhost"],
  ["localhost:5000/a:1", "localhost:5000"],
  ["registry.example.com/team/app", "registry.example.com"],
  ["[::1]:5000/a", "[::1]:5000"],
  ["Host/a", "host"],
  [`a:5000@${SHA}`, "docker.io"],
])("the registry of %s is %s", (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

it.each([
  ["https://index.docker.io/v1/", "docker.io"],
  ["http://registry.example.com:5000/v2/", "registry.example.com:5000"],
  ["registry.example.com", "registry.example.com"],
  ["HTTPS://Registry.example.com/some/path", "registry.example.com"],
])("the key %s means %s", (key, registry) => {
  expect(normaliseRegistry(key)).toBe(registry);
});

it("names Docker Hub to helpers as its key", () => {
  expect(serverAddress("docker.io")).toBe("https://index.docker.io/v1/");
  expect(serverAddress("a.io:5000")).toBe("a.io:5000");
});

it.each([
  ["a", { name: "a" }],
  ["a:1", { name: "a", version: "1" }],
  ["host:5000/a", { name: "host:5000/a" }],
  ["host:5000/a:1", { name: "host:5000/a", version: "1" }],
  [`host:5000/a@${SHA}`, { name: "host:5000/a", version: SHA }],
  [`a:1@${SHA}`, { name: "a", version: SHA }],
])("splits %s", (image, expected) => {
  expect(splitReference(image)).toEqual(expected);
});

it("adds the default tag only where there is neither tag nor digest", () => {
  expect(["h:1/a", "a:2", `a@${SHA}`].map(withDefaultTag)).toEqual(["h:1/a:latest", "a:2", `a@${SHA}`]);
});
