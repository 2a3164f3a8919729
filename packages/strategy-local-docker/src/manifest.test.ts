import { checkHonoured, type DeployRequest, type NetworkOptions, parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { localDockerManifest } from "./manifest.js";

const check = (part: Partial<DeployRequest>, strict = false, networks: Record<string, NetworkOptions> = {}) =>
  checkHonoured(parseRequest({ image: "app", name: "web", ...part }), localDockerManifest(), {
    strict,
    networks: new Map(Object.entries(networks)),
  }).map(({ field }) => field);

test.each(["host", "none"])(
  "published ports on the network %s are reported, and rejected in strict mode",
  (network) => {
    const part = { networks: [network], ports: { 8080: 80 } };
    expect(check(part)).toEqual(["ports"]);
    expect(() => check(part, true)).toThrow(expect.objectContaining({ code: "UNSUPPORTED", field: "ports" }));
    expect(check({ networks: [network] })).toEqual([]);
  },
);

test("ports on other networks are honored", () => {
  expect(check({ networks: ["plant", "hosts"], ports: { 8080: 80 } })).toEqual([]);
});

test.each([{ internal: true }, { driver: "macvlan" }, { driver: "ipvlan" }])(
  "ports are reported, and rejected in strict mode, where all networks of the app are such as %j",
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
