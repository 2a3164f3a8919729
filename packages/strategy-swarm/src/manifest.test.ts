import { checkSupport, type DeployRequest, type NetworkOptions, parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { swarmManifest } from "./manifest.js";

const check = (part: Partial<DeployRequest>, networks: Record<string, NetworkOptions> = {}, strict = false) =>
  checkSupport(parseRequest({ image: "app", name: "web", ...part }), swarmManifest, {
    strict,
    networks: new Map(Object.entries(networks)),
  }).map(({ field }) => field);
const ports = (mode: "host" | "ingress") => [{ target: 80, published: 8080, mode }];

test("the network none is rejected", () => {
  expect(() => check({ networks: ["none"] })).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "networks[]" }),
  );
  expect(check({ networks: ["nonesuch"] })).toEqual([]);
});

test("ports in mode host of an app with only internal networks are a warning, and rejected in strict mode", () => {
  const networks = { inner: { internal: true }, outer: {} };
  const part = { networks: ["inner"], ports: ports("host") };
  expect(check(part, networks)).toEqual(["ports"]);
  expect(() => check(part, networks, true)).toThrow(expect.objectContaining({ code: "UNSUPPORTED", field: "ports" }));
  expect(check({ ...part, networks: ["inner", "outer"] }, networks)).toEqual([]);
  // The routing mesh reaches a task through the network ingress.
  expect(check({ ...part, ports: ports("ingress") }, networks)).toEqual([]);
});

test.each([
  ["devices", { devices: ["/dev/ttyUSB0"] }],
  ["privileged", { privileged: true }],
])("%s is rejected, with the platform docker as a remedy", (field, part) => {
  expect(() => check(part)).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field, hint: expect.stringContaining("--platform docker") }),
  );
  expect(check({ devices: [], privileged: false })).toEqual([]);
});
