import { checkHonoured, type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { localDockerManifest } from "./manifest.js";

const check = (part: Partial<DeployRequest>, strict = false) =>
  checkHonoured(parseRequest({ image: "app", name: "web", ...part }), localDockerManifest(), { strict }).map(({ field }) => field);

test.each(["host", "none"])("published ports on the network %s are reported, and rejected in strict mode", (network) => {
  const part = { networks: [network], ports: { 8080: 80 } };
  expect(check(part)).toEqual(["ports"]);
  expect(() => check(part, true)).toThrow(expect.objectContaining({ code: "UNSUPPORTED", field: "ports" }));
  expect(check({ networks: [network] })).toEqual([]);
});

test("ports on other networks are honored", () => {
  expect(check({ networks: ["plant", "hosts"], ports: { 8080: 80 } })).toEqual([]);
});
