import { expect, it } from "vitest";
import { normalizeRegistry, registryOf, remoteImage, serverAddress } from "./image-reference.js";

const SHA = `sha256:${"a".repeat(64)}`;

it.each([
  ["busybox", "docker.io"],
  ["index.docker.io/a/b", "docker.io"],
  ["registry-1.docker.io/a/b", "docker.io"],
  ["localhost:5000/a:1", "localhost:5000"],
  ["[::1]:5000/a", "[::1]:5000"],
  ["Host/a", "host"],
  [SHA, undefined],
])("the registry of %s is %s", (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

it.each([
  ["https://index.docker.io/v1/", "docker.io"],
  ["http://registry.example.com:5000/v2/", "registry.example.com:5000"],
  ["registry.example.com", "registry.example.com"],
  ["HTTPS://Registry.example.com/some/path", "registry.example.com"],
])("the key %s is the registry %s", (key, registry) => {
  expect(normalizeRegistry(key)).toBe(registry);
});

it("names Docker Hub to helpers as its key", () => {
  expect(serverAddress("docker.io")).toBe("https://index.docker.io/v1/");
  expect(serverAddress("a.io:5000")).toBe("a.io:5000");
});

it.each([
  ["a", { registry: "docker.io", name: "a", version: "latest", text: "a:latest" }],
  ["a:1", { registry: "docker.io", name: "a", version: "1", text: "a:1" }],
  ["h:5000/a", { registry: "h:5000", name: "h:5000/a", version: "latest", text: "h:5000/a:latest" }],
  [`h:5000/a@${SHA}`, { registry: "h:5000", name: "h:5000/a", version: SHA, text: `h:5000/a@${SHA}` }],
  [`a:1@${SHA}`, { registry: "docker.io", name: "a", version: SHA, text: `a:1@${SHA}` }],
  [SHA, undefined],
])("remoteImage(%s) has registry, name and version", (image, expected) => {
  expect(remoteImage(image)).toEqual(expected);
});

it("refuses what is no image", () => {
  expect(() => remoteImage("A/B/C:")).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});
