import { checkSupport, type DeployRequest, type NetworkOptions, parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { localDockerManifest } from "./manifest.js";

const check = (part: Partial<DeployRequest>, strict = false, networks: Record<string, NetworkOptions> = {}) =>
  checkSupport(parseRequest({ image: "app", name: "web", ...part }), localDockerManifest(), {
    strict,
    networks: new Map(Object.entries(networks)),
  }).map(({ field }) => field);

test.each(["host", "none"])(
  "the manifest reports published ports on the network %s, and rejects them in strict mode",
  (network) => {
    const part = { networks: [network], ports: { 8080: 80 } };
    expect(check(part)).toEqual(["ports"]);
    expect(() => check(part, true)).toThrow(expect.objectContaining({ code: "UNSUPPORTED", field: "ports" }));
    expect(check({ networks: [network] })).toEqual([]);
  },
);

test("the manifest accepts ports on other networks", () => {
  expect(check({ networks: ["plant", "hosts"], ports: { 8080: 80 } })).toEqual([]);
});

test.each([{ internal: true }, { driver: "macvlan" }, { driver: "ipvlan" }])(
  "the manifest reports ports if all networks of the app have the options %j, and rejects them in strict mode",
  (options) => {
    const networks = { inner: options, outer: {} };
    const ports = { 8080: 80 };
    expect(check({ networks: ["inner"], ports }, false, networks)).toEqual(["ports"]);
    expect(() => check({ networks: ["inner"], ports }, true, networks)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", field: "ports" }),
    );
    expect(check({ networks: ["inner", "outer"], ports }, false, networks)).toEqual([]);
    expect(check({ networks: ["outer"], ports }, false, networks)).toEqual([]);
  },
);

test("the manifest names the option for scale unless it is set", () => {
  expect(localDockerManifest().capabilityOptions).toEqual({ scale: "emulateReplicas=true" });
  expect(localDockerManifest({ emulateReplicas: true }).capabilityOptions).toBeUndefined();
});

test("the manifest reports a pseudo-terminal among the devices, and accepts other devices", () => {
  expect(check({ devices: ["/dev/ttyUSB0", "/dev/pts/3:/dev/ttyUSB1"] })).toEqual(["devices[].source"]);
  expect(check({ devices: ["/dev/ttyUSB0"], privileged: true })).toEqual([]);
});
